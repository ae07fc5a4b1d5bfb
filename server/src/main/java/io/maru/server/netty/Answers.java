package io.maru.server.netty;

import io.maru.server.engine.ContentCoding;
import io.maru.server.engine.HttpResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes answers as HTTP/1.1 (<a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>). */
final class Answers {

    private Answers() {}

    /** An answer of ours, with the status' name as its body. */
    static HttpResponse plain(int status) {
        return HttpResponse.of(
                status, "text/plain", HttpResponseStatus.valueOf(status).reasonPhrase());
    }

    /** Whether an answer is sent compressed to whom takes it so, and as it is to others. */
    static boolean isCompressible(HttpResponse response, int threshold) {
        return threshold >= 0
                && response.body().length >= threshold
                && response.status() >= 200
                && response.status() < 300
                && response.status() != 206
                && !hasHeader(response, "content-encoding");
    }

    /**
     * The bytes of an answer.
     *
     * @param head whether it answers HEAD: its body is left out
     * @param connection the header {@code Connection}, or null for none
     * @param varies whether it is sent compressed to others, if not to this client
     * @param coding gzip or deflate, or null for neither
     * @return the bytes; the caller releases them
     */
    static ByteBuf encode(
            ByteBufAllocator allocator,
            HttpResponse response,
            boolean head,
            @Nullable String connection,
            boolean varies,
            @Nullable String coding,
            String date) {
        byte[] body = response.body();
        String encoding = null;
        if (coding != null) {
            byte[] compressed = compress(body, coding);
            if (compressed.length < body.length) {
                encoding = coding;
                body = compressed;
            }
        }
        StringBuilder lines = new StringBuilder(256);
        lines.append("HTTP/1.1 ")
                .append(HttpResponseStatus.valueOf(response.status()))
                .append("\r\n");
        for (Map.Entry<String, String> header : response.headers().entries()) {
            if (!isOurs(header.getKey())) {
                line(lines, header.getKey(), header.getValue());
            }
        }
        if (encoding != null) {
            line(lines, "Content-Encoding", encoding);
        }
        if (varies) {
            line(lines, "Vary", "Accept-Encoding");
        }
        boolean bodiless = response.status() == 204 || response.status() == 304;
        if (!bodiless) {
            line(lines, "Content-Length", Integer.toString(body.length));
        }
        if (connection != null) {
            line(lines, "Connection", connection);
        }
        line(lines, "Date", date);
        lines.append("\r\n");
        boolean withBody = !head && !bodiless;
        ByteBuf out = allocator.directBuffer(lines.length() + (withBody ? body.length : 0));
        ByteBufUtil.writeAscii(out, lines);
        if (withBody) {
            out.writeBytes(body);
        }
        return out;
    }

    /** Whether the answer itself asks for the end of the connection. */
    static boolean asksToClose(HttpResponse response) {
        for (Map.Entry<String, String> header : response.headers().entries()) {
            if (header.getKey().equalsIgnoreCase("connection")
                    && header.getValue().toLowerCase(Locale.ROOT).contains("close")) {
                return true;
            }
        }
        return false;
    }

    private static byte[] compress(byte[] body, String coding) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 2);
        try (OutputStream out =
                coding.equals(ContentCoding.GZIP) ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    // said by us, for the connection as it is
    private static boolean isOurs(String name) {
        return name.equalsIgnoreCase("content-length")
                || name.equalsIgnoreCase("transfer-encoding")
                || name.equalsIgnoreCase("connection")
                || name.equalsIgnoreCase("date");
    }

    private static boolean hasHeader(HttpResponse response, String name) {
        for (Map.Entry<String, String> header : response.headers().entries()) {
            if (header.getKey().equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private static void line(StringBuilder lines, String name, String value) {
        lines.append(name).append(": ").append(value).append("\r\n");
    }
}
