package io.maru.server.netty;

import io.maru.server.engine.Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds out whose request it is that came by proxies. */
final class Forwarding {

    /** From where a request came. */
    record Origin(String address, boolean secure) {}

    /** What one proxy says: for whom it passed the request on, and how it got it; null where it says nothing. */
    private record Hop(@Nullable String address, @Nullable String scheme) {}

    private final List<Cidr> trusted = new ArrayList<>();
    private final boolean trustsUnix;
    private final ProxyOptions.Header header;

    Forwarding(ProxyOptions options) {
        for (String network : options.trusted()) {
            if (!network.equals(ProxyOptions.UNIX)) {
                trusted.add(Cidr.parse(network));
            }
        }
        trustsUnix = options.trusted().contains(ProxyOptions.UNIX);
        header = options.header();
    }

    /** Whether a peer is believed. */
    boolean trusts(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress inet ? trusts(inet.getAddress()) : trustsUnix;
    }

    /** Whether an address is a proxy's that is believed. */
    boolean trusts(@Nullable InetAddress ip) {
        if (ip != null) {
            for (Cidr network : trusted) {
                if (network.contains(Requests.plain(ip))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** From where a request came whose peer is trusted. */
    Origin origin(Headers headers, Origin peer) {
        List<Hop> hops = switch (header) {
            case X_FORWARDED -> xForwarded(headers);
            case FORWARDED -> forwarded(headers);
            case NONE -> List.of();
        };
        Origin origin = peer;
        // from the proxy next to us on; who is beyond one that cannot be read or is not trusted, nobody knows
        for (int i = hops.size() - 1; i >= 0; i--) {
            Hop hop = hops.get(i);
            InetAddress ip = hop.address == null ? null : address(hop.address);
            String address = ip == null ? origin.address : Requests.addressText(ip);
            origin = new Origin(address, isSecure(hop.scheme, origin.secure));
            if (ip == null || !trusts(ip)) {
                break;
            }
        }
        return origin;
    }

    private static boolean isSecure(@Nullable String scheme, boolean otherwise) {
        if (scheme == null) {
            return otherwise;
        }
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "https", "wss" -> true;
            case "http", "ws" -> false;
            default -> otherwise;
        };
    }

    /** An address with or without a port, and with brackets if it is of IPv6. */
    private static @Nullable InetAddress address(String text) {
        int bracket = text.startsWith("[") ? text.indexOf(']') : -1;
        if (bracket > 0) {
            return Cidr.address(text.substring(1, bracket));
        }
        int colon = text.indexOf(':');
        boolean hasPort = colon > 0 && colon == text.lastIndexOf(':');
        return Cidr.address(hasPort ? text.substring(0, colon) : text);
    }

    private static List<Hop> xForwarded(Headers headers) {
        List<String> addresses = elements(headers.all("x-forwarded-for"));
        List<String> schemes = elements(headers.all("x-forwarded-proto"));
        List<Hop> hops = new ArrayList<>(addresses.size());
        for (int i = 0; i < addresses.size(); i++) {
            // each proxy adds to the list of schemes, or the last one has written it alone
            String scheme = schemes.size() == addresses.size() ? schemes.get(i) : null;
            hops.add(new Hop(addresses.get(i), scheme));
        }
        if (schemes.isEmpty() || schemes.size() == addresses.size()) {
            return hops;
        }
        String last = schemes.get(schemes.size() - 1);
        if (hops.isEmpty()) {
            return List.of(new Hop(null, last));
        }
        hops.set(hops.size() - 1, new Hop(addresses.get(hops.size() - 1), last));
        return hops;
    }

    private static List<String> elements(List<String> headers) {
        List<String> elements = new ArrayList<>();
        for (String value : headers) {
            for (String element : value.split(",", -1)) {
                if (!element.isBlank()) {
                    elements.add(element.strip());
                }
            }
        }
        return elements;
    }

    // https://www.rfc-editor.org/rfc/rfc7239#section-4
    private static List<Hop> forwarded(Headers headers) {
        List<Hop> hops = new ArrayList<>();
        for (String value : headers.all("forwarded")) {
            for (String element : split(value, ',')) {
                String address = null;
                String scheme = null;
                for (String pair : split(element, ';')) {
                    int equals = pair.indexOf('=');
                    String name =
                            equals < 0 ? "" : pair.substring(0, equals).strip().toLowerCase(Locale.ROOT);
                    if (name.equals("for")) {
                        address = unquoted(pair.substring(equals + 1).strip());
                    } else if (name.equals("proto")) {
                        scheme = unquoted(pair.substring(equals + 1).strip());
                    }
                }
                if (!element.isBlank()) {
                    hops.add(new Hop(address, scheme));
                }
            }
        }
        return hops;
    }

    /** Splits where the separator is not within quotes. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int begin = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(begin, i));
                begin = i + 1;
            }
        }
        parts.add(text.substring(begin));
        return parts;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1).replace("\\", "") : value;
    }
}
