package io.maru.conformance;

import io.maru.server.MaruServer;
import io.maru.wire.JsonCodec;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Starts the roles and stays until it is ended by a signal. */
public final class ConformanceApp {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private ConformanceApp() {}

    /**
     * Starts.
     *
     * @param args {@code --port BASE [--host HOST] [--only ROLE,…] [--tls-key FILE --tls-cert FILE] [--tls-key-eio FILE
     *     --tls-cert-eio FILE]}
     */
    public static void main(String[] args) {
        List<MaruServer> servers = new ArrayList<>();
        Map<String, String> urls = new LinkedHashMap<>();
        try {
            Arguments arguments = Arguments.parse(args);
            for (Role role : chosen(arguments)) {
                MaruServer server = create(role, arguments);
                servers.add(server);
                server.start();
                urls.put(role.name(), url(role, arguments));
            }
        } catch (IllegalArgumentException e) {
            end(servers, 2, String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            end(servers, 1, e.getMessage() + ": " + e.getCause());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(servers), "conformance-stop"));
        Map<String, Object> ready = new LinkedHashMap<>();
        ready.put("ready", true);
        ready.put("roles", urls);
        System.out.println(JsonCodec.standard().json(ready));
    }

    private static void end(List<MaruServer> servers, int status, String message) {
        System.err.println("conformance: " + message);
        stop(servers);
        System.exit(status);
    }

    // all at once; closing them waits for each
    @SuppressWarnings("FutureReturnValueIgnored")
    private static void stop(List<MaruServer> servers) {
        servers.forEach(server -> server.stop(GRACE));
        servers.forEach(MaruServer::close);
    }

    private static List<Role> all() {
        return Stream.of(
                        EngineRoles.all(),
                        SocketIoSuiteRoles.all(),
                        List.of(
                                LabRole.role(),
                                LabRole.olderClients(),
                                LabRole.recovering(),
                                LabRole.msgpack(),
                                EchoRole.role(),
                                ArenaRole.role()))
                .flatMap(List::stream)
                .sorted(Comparator.comparing(Role::offset))
                .toList();
    }

    private static List<Role> chosen(Arguments arguments) {
        List<Role> all = all();
        for (String name : arguments.only()) {
            Role role = all.stream()
                    .filter(it -> it.name().equals(name))
                    .findAny()
                    .orElseThrow(() -> new IllegalArgumentException("a role expected: " + name));
            if (!arguments.canServe(role.tls())) {
                throw new IllegalArgumentException("the role " + name + " needs --tls-key and --tls-cert");
            }
        }
        return all.stream()
                .filter(role -> arguments.only().isEmpty() || arguments.only().contains(role.name()))
                .filter(role -> arguments.canServe(role.tls()))
                .toList();
    }

    private static MaruServer create(Role role, Arguments arguments) {
        MaruServer server = MaruServer.create(options -> {
            options.host(arguments.host())
                    .port(arguments.port() + role.offset())
                    .serveClient(false);
            Arguments.Certificate certificate = arguments.certificate(role.tls());
            if (certificate != null) {
                options.tls(certificate.chain(), certificate.key());
            }
            role.options().accept(options);
        });
        role.setup().accept(server);
        return server;
    }

    private static String url(Role role, Arguments arguments) {
        String host = arguments.host().contains(":") ? "[" + arguments.host() + "]" : arguments.host();
        return (role.tls() == Role.Tls.NONE ? "http://" : "https://") + host + ":" + (arguments.port() + role.offset());
    }
}
