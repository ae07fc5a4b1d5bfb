package io.maru.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * {@code maru.js}, the client for browsers. Its one source is the module; the script is made from it, and both are sent
 * without comments and indentation.
 */
final class MaruJs {

    private static final String FOLDER = "maru/";
    private static final String JAVA_SCRIPT = "text/javascript; charset=utf-8";
    private static final String TYPE_SCRIPT = "application/typescript; charset=utf-8";

    private MaruJs() {}

    /**
     * The files by their names.
     *
     * @param pack whether they are sent compressed to those who take it so
     */
    static Map<String, ServedFile> files(boolean pack) {
        String module = read("maru.mjs");
        return Map.of(
                "maru.mjs", file(JAVA_SCRIPT, shortened(module), pack),
                "maru.js", file(JAVA_SCRIPT, script(shortened(module)), pack),
                "maru.d.ts", file(TYPE_SCRIPT, read("maru.d.ts"), pack));
    }

    /** Without comments, which stand on lines of their own in it, and without indentation. */
    static String shortened(String source) {
        return source.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("//"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** The same as a classic script, which has no exports: it leaves one global name. */
    static String script(String module) {
        String body = module.replace("\nexport default maru;\n", "\nglobalThis.maru = maru;\n")
                .replace("\nexport function ", "\nfunction ");
        return "(() => {\n\"use strict\";\n" + body + "})();\n";
    }

    private static ServedFile file(String type, String text, boolean pack) {
        byte[] bytes = text.getBytes(UTF_8);
        return ServedFile.of(type, '"' + HexFormat.of().formatHex(sha256(bytes), 0, 8) + '"', bytes, pack);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has it
        }
    }

    private static String read(String name) {
        return new String(Objects.requireNonNull(ServedFile.read(FOLDER + name), name), UTF_8);
    }
}
