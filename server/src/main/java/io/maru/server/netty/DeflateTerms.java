package io.maru.server.netty;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was agreed on with a client that offered permessage-deflate (<a
 * href="https://www.rfc-editor.org/rfc/rfc7692#section-7.1">RFC 7692, section 7.1</a>).
 *
 * @param serverTakeover whether the server's messages build on those before
 * @param clientTakeover whether the client's do
 * @param serverWindowBits how far back the client can look, as a power of two; 0 when it did not say, which is 15
 */
record DeflateTerms(boolean serverTakeover, boolean clientTakeover, int serverWindowBits) {

    private static final String NAME = "permessage-deflate";
    private static final String SERVER_ALONE = "server_no_context_takeover";
    private static final String CLIENT_ALONE = "client_no_context_takeover";
    private static final String SERVER_WINDOW = "server_max_window_bits";
    private static final String CLIENT_WINDOW = "client_max_window_bits";
    private static final int WIDEST = 15;

    /**
     * Takes the first offer that can be taken.
     *
     * @param headers the values of {@code Sec-WebSocket-Extensions}
     * @return the terms, or null when there is no such offer
     */
    static @Nullable DeflateTerms of(List<String> headers, DeflateOptions options) {
        for (String header : headers) {
            for (String offer : header.split(",", -1)) {
                Map<String, String> parameters = parameters(offer.split(";", -1));
                if (parameters != null) {
                    return of(parameters, options);
                }
            }
        }
        return null;
    }

    private static DeflateTerms of(Map<String, String> parameters, DeflateOptions options) {
        String window = parameters.get(SERVER_WINDOW);
        int bits = window == null ? 0 : Integer.parseInt(window);
        // the JDK's compressor always looks back 32 KiB; a message by itself has no more to look back to than it is
        // long
        boolean narrow = bits != 0 && bits < WIDEST;
        return new DeflateTerms(
                options.serverTakeover() && !narrow && !parameters.containsKey(SERVER_ALONE),
                options.clientTakeover() && !parameters.containsKey(CLIENT_ALONE),
                bits);
    }

    /** The parameters of an offer, or null when it is to be declined. */
    private static @Nullable Map<String, String> parameters(String[] offer) {
        if (!offer[0].strip().equals(NAME)) {
            return null;
        }
        Map<String, String> parameters = new HashMap<>();
        for (int i = 1; i < offer.length; i++) {
            String[] pair = offer[i].split("=", 2);
            String name = pair[0].strip();
            String value = pair.length == 1 ? "" : unquoted(pair[1].strip());
            boolean valid = switch (name) {
                case SERVER_ALONE, CLIENT_ALONE -> pair.length == 1;
                case SERVER_WINDOW -> isWindow(value);
                case CLIENT_WINDOW -> pair.length == 1 || isWindow(value);
                default -> false;
            };
            if (!valid || parameters.put(name, value) != null) {
                return null;
            }
        }
        return parameters;
    }

    private static boolean isWindow(String value) {
        return value.matches("[89]|1[0-5]");
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /** The longest message that the client can be sent compressed. */
    int longest() {
        return serverWindowBits == 0 || serverWindowBits == WIDEST ? Integer.MAX_VALUE : 1 << serverWindowBits;
    }

    /** The value of {@code Sec-WebSocket-Extensions} in the answer. */
    String answer() {
        return NAME
                + (serverTakeover ? "" : "; " + SERVER_ALONE)
                + (clientTakeover ? "" : "; " + CLIENT_ALONE)
                + (serverWindowBits == 0 ? "" : "; " + SERVER_WINDOW + "=" + serverWindowBits);
    }
}
