package io.maru.server;

import io.maru.server.engine.ContentCoding;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of the library's own that never changes while it runs. It is packed once for all who ask: for each of them it
 * would take milliseconds of a loop.
 *
 * @param type its content type
 * @param tag its entity tag, in quotes
 * @param plain the file
 * @param packed what is sent of it to whom takes gzip, or null when everybody gets it as it is
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ServedFile(String type, String tag, byte[] plain, byte @Nullable [] packed) {

    static ServedFile of(String type, String tag, byte[] plain, boolean pack) {
        return new ServedFile(type, tag, plain, pack ? gzip(plain) : null);
    }

    HttpResponse answer(HttpRequest request) {
        ResponseHeaders headers =
                new ResponseHeaders().add("Cache-Control", "public, max-age=0").add("ETag", tag);
        if (isKnown(request.headers().get("if-none-match"), tag)) {
            return new HttpResponse(304, headers.add("Vary", "Accept-Encoding"), new byte[0]);
        }
        headers.add("Content-Type", type);
        if (packed != null
                && ContentCoding.GZIP.equals(
                        ContentCoding.choose(request.headers().get("accept-encoding")))) {
            headers.add("Content-Encoding", ContentCoding.GZIP).add("Vary", "Accept-Encoding");
            return new HttpResponse(200, headers, packed);
        }
        return new HttpResponse(200, headers, plain);
    }

    /** A file beside this class, or null when the library was built without it. */
    static byte @Nullable [] read(String name) {
        try (InputStream in = ServedFile.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2, where weak tags are compared like strong ones
    private static boolean isKnown(@Nullable String ifNoneMatch, String tag) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String known : ifNoneMatch.split(",", -1)) {
            String value = known.strip();
            if (value.equals("*") || (value.startsWith("W/") ? value.substring(2) : value).equals(tag)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 2);
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return packed.toByteArray();
    }
}
