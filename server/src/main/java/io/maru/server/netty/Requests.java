package io.maru.server.netty;

import io.maru.server.engine.Headers;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Makes sense of requests as Netty's decoder gives them. */
final class Requests {

    private Requests() {}

    /** The status to answer what is no request that can be served, or 0 when nothing is wrong. */
    static int fault(HttpRequest message, NetworkOptions.HttpLimits limits) {
        if (message.decoderResult().isFailure()) {
            Throwable cause = message.decoderResult().cause();
            return cause instanceof TooLongHttpLineException
                    ? 414
                    : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        }
        boolean http11 = message.protocolVersion().equals(HttpVersion.HTTP_1_1);
        if (!http11 && !message.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return 505;
        }
        if (message.headers().size() > limits.maxHeaders()) {
            return 431;
        }
        List<String> hosts = message.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || hosts.isEmpty() && http11 || !hosts.isEmpty() && hasSpace(hosts.get(0))) {
            return 400;
        }
        List<String> codings = message.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.size() > 1 || !codings.isEmpty() && !codings.get(0).equalsIgnoreCase("chunked")) {
            return 501;
        }
        String expectation = message.headers().get(HttpHeaderNames.EXPECT);
        return http11 && expectation != null && !expectation.equalsIgnoreCase("100-continue") ? 417 : 0;
    }

    // a line that begins with a space goes on with the header before it: there it shows
    private static boolean hasSpace(String host) {
        return host.indexOf(' ') >= 0 || host.indexOf('\t') >= 0;
    }

    /** The facts of a request. */
    static io.maru.server.engine.HttpRequest facts(
            HttpRequest message, String target, String remoteAddress, boolean secure) {
        return new io.maru.server.engine.HttpRequest(
                message.method().name(), target, Headers.of(message.headers()), remoteAddress, secure);
    }

    /** An IP address, without a zone (<a href="https://www.rfc-editor.org/rfc/rfc5952">RFC 5952</a>). */
    static String addressText(InetAddress address) {
        return NetUtil.toAddressString(plain(address));
    }

    /** An address without a zone; one of IPv4 in IPv6's clothes is one of IPv4. */
    static InetAddress plain(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // an address has 4 or 16 bytes
        }
    }

    /** Path and query, also where the whole URL came. */
    // https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
    static String target(String uri) {
        if (!uri.startsWith("http://") && !uri.startsWith("https://")) {
            return uri;
        }
        int path = uri.indexOf('/', uri.indexOf("://") + 3);
        int query = uri.indexOf('?');
        if (path >= 0 && (query < 0 || path < query)) {
            return uri.substring(path);
        }
        return query < 0 ? "/" : "/" + uri.substring(query);
    }
}
