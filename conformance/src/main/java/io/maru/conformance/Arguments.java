package io.maru.conformance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the app was told.
 *
 * @param port the port of the role with offset 0
 * @param host the address to listen on
 * @param only the roles to open, empty for all
 * @param certificates what is served over TLS
 */
record Arguments(int port, String host, List<String> only, Map<Role.Tls, Certificate> certificates) {

    private static final Set<String> NAMES =
            Set.of("--port", "--host", "--only", "--tls-key", "--tls-cert", "--tls-key-eio", "--tls-cert-eio");

    /** A private key and the certificate of its public one, PEM files. */
    record Certificate(Path key, Path chain) {}

    Arguments {
        only = List.copyOf(only);
        certificates = Map.copyOf(certificates);
    }

    static Arguments parse(String... args) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i++) {
            String[] parts = args[i].split("=", 2);
            if (!NAMES.contains(parts[0])) {
                throw new IllegalArgumentException("unknown option: " + parts[0]);
            }
            if (parts.length == 1 && i + 1 == args.length) {
                throw new IllegalArgumentException("a value expected behind " + parts[0]);
            }
            values.put(parts[0], parts.length == 2 ? parts[1] : args[++i]);
        }
        List<String> only = Arrays.stream(values.getOrDefault("--only", "").split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        return new Arguments(
                Integer.parseInt(values.getOrDefault("--port", "8200")),
                values.getOrDefault("--host", "127.0.0.1"),
                only,
                certificates(values));
    }

    private static Map<Role.Tls, Certificate> certificates(Map<String, String> values) {
        Map<Role.Tls, Certificate> certificates = new LinkedHashMap<>();
        Certificate plain = certificate(values, "--tls-key", "--tls-cert");
        Certificate eio = certificate(values, "--tls-key-eio", "--tls-cert-eio");
        if (plain != null) {
            certificates.put(Role.Tls.SOCKET_IO, plain);
        }
        if (eio != null || plain != null) {
            certificates.put(Role.Tls.ENGINE_IO, eio != null ? eio : plain);
        }
        return certificates;
    }

    private static @Nullable Certificate certificate(Map<String, String> values, String keyName, String chainName) {
        String key = values.get(keyName);
        String chain = values.get(chainName);
        if (key == null && chain == null) {
            return null;
        }
        if (key == null || chain == null) {
            throw new IllegalArgumentException(keyName + " and " + chainName + " go together");
        }
        return new Certificate(file(key), file(chain));
    }

    private static Path file(String name) {
        Path file = Path.of(name);
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("a file that can be read expected: " + name);
        }
        return file;
    }

    /** Whether a role of this kind can be opened. */
    boolean canServe(Role.Tls tls) {
        return tls == Role.Tls.NONE || certificates.containsKey(tls);
    }

    /** The certificate for a kind of role, or null when there is none. */
    @Nullable Certificate certificate(Role.Tls tls) {
        return certificates.get(tls);
    }
}
