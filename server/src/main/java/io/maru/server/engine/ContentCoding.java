package io.maru.server.engine;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the body of an answer may be compressed (<a href="https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3">RFC 9110, 12.5.3</a>). */
public final class ContentCoding {

    /** The name of gzip. */
    public static final String GZIP = "gzip";

    /** The name of deflate, which is zlib's format. */
    public static final String DEFLATE = "deflate";

    private static final double UNSAID = -1;

    private ContentCoding() {}

    /**
     * What a client likes best; of gzip and deflate alike, gzip.
     *
     * @param accepted the header {@code Accept-Encoding}, or null when it is not there
     * @return gzip, deflate, or null for neither
     */
    public static @Nullable String choose(@Nullable String accepted) {
        if (accepted == null) {
            return null;
        }
        double gzip = UNSAID;
        double deflate = UNSAID;
        double identity = UNSAID;
        double others = UNSAID;
        for (String element : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            int semicolon = element.indexOf(';');
            double weight = semicolon < 0 ? 1 : weight(element.substring(semicolon + 1));
            switch ((semicolon < 0 ? element : element.substring(0, semicolon)).strip()) {
                case GZIP, "x-gzip" -> gzip = Math.max(gzip, weight);
                case DEFLATE -> deflate = Math.max(deflate, weight);
                case "identity" -> identity = Math.max(identity, weight);
                case "*" -> others = Math.max(others, weight);
                default -> {
                    // not spoken here
                }
            }
        }
        gzip = gzip == UNSAID ? others : gzip;
        deflate = deflate == UNSAID ? others : deflate;
        if (Math.max(gzip, deflate) <= 0 || identity > Math.max(gzip, deflate)) {
            return null;
        }
        return gzip >= deflate ? GZIP : DEFLATE;
    }

    // what is no weight is none: the coding is not used
    private static double weight(String parameter) {
        String text = parameter.replace(" ", "").replace("\t", "");
        return text.matches("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)") ? Double.parseDouble(text.substring(2)) : 0;
    }
}
