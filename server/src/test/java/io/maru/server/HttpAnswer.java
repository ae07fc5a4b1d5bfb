package io.maru.server;

import io.maru.server.engine.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The answer to an HTTP request, as it came: status line and headers, and the body. */
record HttpAnswer(String head, String body) {

    static HttpAnswer get(int port, String target) {
        return of(port, "GET", target);
    }

    /** Sends a request by a connection of its own. The answer must say how long it is. */
    static HttpAnswer of(int port, String method, String target) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) ServerFixture.PATIENCE.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            String request = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder read = new StringBuilder();
            while (read.indexOf("\r\n\r\n") < 0) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    throw new AssertionError("cut after " + read);
                }
                read.append((char) next);
            }
            String head = read.toString();
            int length = method.equals("HEAD") ? 0 : lengthOf(head);
            return new HttpAnswer(head, new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int lengthOf(String head) {
        int at = head.indexOf("Content-Length: ") + "Content-Length: ".length();
        return Integer.parseInt(head.substring(at, head.indexOf('\r', at)));
    }

    int status() {
        return Integer.parseInt(head.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
    }

    /** What a handler may answer. */
    static HttpResponse ok(String text) {
        return HttpResponse.of(200, "text/plain", text);
    }
}
