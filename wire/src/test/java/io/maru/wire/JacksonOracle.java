package io.maru.wire;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/** What Jackson, which is strict as it comes, takes for one JSON value. */
final class JacksonOracle {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100_000)
                    .maxNumberLength(10_000_000)
                    .maxNameLength(10_000_000)
                    .build())
            .build();

    private static final Pattern SURROGATE = Pattern.compile("\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}");

    // of some characters Jackson sees the lower byte only, and takes it for the digit of an escape
    private static final Pattern NOT_ASCII = Pattern.compile("[^\\x00-\\x7f]");

    private JacksonOracle() {}

    // as characters, because of bytes Jackson also guesses the encoding; and without halves of surrogate pairs, which
    // are good JSON, but Jackson refuses them in names
    static boolean accepts(String text) {
        String paired =
                SURROGATE.matcher(NOT_ASCII.matcher(text).replaceAll("\u00e9")).replaceAll("\\\\u0041");
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), paired)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (StreamReadException e) {
            return false;
        }
    }

    /** What the scanner says of a whole text; a refusal for a limit goes through. */
    static boolean scannerAccepts(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        try {
            int from = JsonScanner.skipSpace(utf8, 0, utf8.length);
            int to = JsonScanner.skipValue(utf8, from, utf8.length, WireLimits.DEFAULTS);
            return JsonScanner.skipSpace(utf8, to, utf8.length) == utf8.length;
        } catch (WireException e) {
            if (e.reason() == WireException.Reason.MALFORMED) {
                return false;
            }
            throw e;
        }
    }
}
