package io.maru.conformance;

import io.maru.server.MaruServer;
import io.maru.server.engine.CloseReason;
import io.maru.server.engine.Cors;
import io.maru.server.engine.EngineOptions;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.RefusedException;
import io.maru.server.engine.ResponseHeaders;
import io.maru.server.engine.Session;
import io.maru.server.engine.SessionAcceptor;
import io.maru.server.engine.SessionCookie;
import io.maru.server.engine.SessionListener;
import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The roles that are bare Engine.IO, without namespaces and events. */
final class EngineRoles {

    private static final String PATH = "/engine.io/";
    private static final int LAB_MAX_BYTES = 5_000;
    // what the server says by itself when there is no message
    private static final String FORBIDDEN = "Forbidden";

    private EngineRoles() {}

    static List<Role> all() {
        Role javaEio = role("java-eio", 6, EngineRoles::javaEio, session -> greeted(new Echo(session)))
                .inOrder();
        return List.of(
                role("eio4", 0, EngineRoles::fastHeartbeat, Echo::new).inOrder(),
                role("eio3", 1, EngineRoles::eio3, Echo::new).inOrder(),
                role("js-eio", 4, EngineRoles::jsEio, session -> greeted(new JsEcho(session)))
                        .inOrder(),
                javaEio,
                javaEio.overTls(8, Role.Tls.ENGINE_IO),
                role(
                        "lab-eio",
                        10,
                        options -> options.maxHttpBufferSize(LAB_MAX_BYTES).upgradeTimeout(Duration.ofMillis(600)),
                        LabEcho::new),
                role(
                        "lab-eio3",
                        11,
                        options -> options.maxHttpBufferSize(LAB_MAX_BYTES).allowEngineIo3(true),
                        LabEcho::new),
                role("lab-guard", 15, EngineRoles::labGuard, LabEcho::new));
    }

    private static Role role(
            String name, int offset, Consumer<EngineOptions.Builder> engineOptions, SessionAcceptor acceptor) {
        Consumer<MaruServer> setup = server -> {
            EngineOptions.Builder options = EngineOptions.builder();
            Role.likeNode(options);
            engineOptions.accept(options);
            server.engine(PATH, options.build(), acceptor);
        };
        return new Role(name, offset, options -> options.path(null).plainPath(null), setup);
    }

    /** What the protocol suites can wait for. */
    static void fastHeartbeat(EngineOptions.Builder options) {
        options.pingInterval(Duration.ofMillis(300)).pingTimeout(Duration.ofMillis(200));
    }

    private static void eio3(EngineOptions.Builder options) {
        fastHeartbeat(options);
        options.allowEngineIo3(true);
    }

    private static void jsEio(EngineOptions.Builder options) {
        options.pingInterval(Duration.ofMillis(500))
                .maxHttpBufferSize(100)
                .allowRequest(request -> refuseWhen(request.query("deny") != null, FORBIDDEN))
                .initialHeaders((request, headers) -> {
                    String now = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
                    headers.add("Set-Cookie", "1=1; Max-Age=86400")
                            .add("Set-Cookie", "2=2; Path=/; HttpOnly; Secure; SameSite=Strict")
                            .add("Set-Cookie", "3=3; Max-Age=0")
                            .add("Set-Cookie", "4=4; Expires=" + now);
                });
    }

    private static void javaEio(EngineOptions.Builder options) {
        options.pingInterval(Duration.ofMillis(500)).headers(EngineRoles::returnHeader);
    }

    private static void returnHeader(HttpRequest request, ResponseHeaders headers) {
        String value = request.headers().get("x-engineio");
        if (value != null) {
            headers.add("X-EngineIO", "hi").add("X-EngineIO", value);
        }
    }

    private static void labGuard(EngineOptions.Builder options) {
        options.maxHttpBufferSize(LAB_MAX_BYTES)
                .cors(Cors.origins("http://good.example", "http://also.example")
                        .withAllowedHeaders("x-custom", "content-type")
                        .withMaxAge(Duration.ofMinutes(10))
                        .withoutUpgradeGuard())
                .cookie(SessionCookie.standard())
                .initialHeaders((request, headers) -> headers.add("X-Initial", "1"))
                .headers((request, headers) -> headers.add("X-Every", "1"))
                .allowRequest(request -> {
                    String deny = request.query("deny");
                    refuseWhen("1".equals(deny), "denied by app");
                    return refuseWhen("2".equals(deny), FORBIDDEN);
                });
    }

    private static @Nullable CompletionStage<?> refuseWhen(boolean refused, String message) {
        if (refused) {
            throw new RefusedException(message);
        }
        return null;
    }

    private static Echo greeted(Echo echo) {
        echo.send("hi");
        return echo;
    }

    /** Sends everything back. Confined to the session's loop. */
    private static class Echo implements SessionListener {
        final Session session;

        Echo(Session session) {
            this.session = session;
        }

        @Override
        public void onText(byte[] utf8) {
            send(Encoded.text(utf8));
        }

        @Override
        public void onBinary(byte[] data) {
            send(Encoded.binary(data));
        }

        @Override
        public void onClosed(CloseReason reason) {}

        final void send(String text) {
            send(Encoded.text(text));
        }

        final void send(Encoded message) {
            session.send(message);
            message.release();
        }
    }

    /** With the answers that the suite of the JavaScript client asks for. */
    private static final class JsEcho extends Echo {
        JsEcho(Session session) {
            super(session);
        }

        @Override
        public void onText(byte[] utf8) {
            switch (new String(utf8, StandardCharsets.UTF_8)) {
                case "give binary" -> send(Encoded.binary(Values.bytes(5)));
                case "give utf8" -> send("пойду спать всем спокойной ночи");
                case "sendHeaders" ->
                    send(JsonCodec.standard()
                            .json(session.messageRequest().headers().toMap())
                            .toString());
                default -> super.onText(utf8);
            }
        }
    }

    /** With the orders of the lab. */
    private static final class LabEcho extends Echo {
        LabEcho(Session session) {
            super(session);
        }

        @Override
        public void onText(byte[] utf8) {
            String[] order = new String(utf8, StandardCharsets.UTF_8).split(" ", 2);
            int number = order.length == 2 && order[1].matches("\\d{1,8}") ? Integer.parseInt(order[1]) : -1;
            if (order[0].equals("!close") && order.length == 1) {
                session.close(CloseReason.SERVER_CLOSE);
            } else if (order[0].equals("!burst") && number >= 0) {
                for (int i = 0; i < number; i++) {
                    send("b" + i);
                }
            } else if (order[0].equals("!big") && number >= 0) {
                send("x".repeat(number));
            } else if (order[0].equals("!bytes") && number >= 0) {
                send(Encoded.binary(Values.bytes(number)));
            } else {
                super.onText(utf8);
            }
        }
    }
}
