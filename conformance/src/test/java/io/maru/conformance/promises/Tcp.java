package io.maru.conformance.promises;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A connection that knows HTTP/1.1 and the frames of WebSockets as far as these tests need them. Reads for one thread. */
final class Tcp {

    static final int TEXT = 0x81;
    static final int BINARY = 0x82;
    static final int CLOSE = 0x88;
    static final int PING = 0x89;
    static final int PONG = 0x8a;

    /** Little enough that a reader who stops is felt by the server soon. */
    private static final int RECEIVE_BUFFER = 32 * 1024;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int first, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    Tcp(int port) throws IOException {
        socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 16 * 1024));
        out = socket.getOutputStream();
    }

    /** Sends a request and gives the text of its answer, which must be a good one. */
    String exchange(String method, String target, @Nullable String body) throws IOException {
        byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        String head = method + ' ' + target + " HTTP/1.1\r\nHost: a\r\n"
                + (body == null ? "" : "Content-Length: " + bytes.length + "\r\n") + "\r\n";
        byte[] request = new byte[head.length() + bytes.length];
        System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, request, 0, head.length());
        System.arraycopy(bytes, 0, request, head.length(), bytes.length);
        out.write(request);
        String status = readLine();
        int length = 0;
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        byte[] answer = new byte[length];
        in.readFully(answer);
        String text = new String(answer, StandardCharsets.UTF_8);
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException(status + ": " + text);
        }
        return text;
    }

    /** Sends the head of a request, and nothing after it. */
    void request(String method, String target, String headers) throws IOException {
        out.write((method + ' ' + target + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends the first of some bytes. */
    void part(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
    }

    /** Becomes a WebSocket. */
    void upgrade(String target) throws IOException {
        upgrade(target, null);
    }

    /** Becomes a WebSocket, and gives the subprotocol that was chosen of those that are offered, or null. */
    @Nullable String upgrade(String target, @Nullable String protocols) throws IOException {
        request(
                "GET",
                target,
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + (protocols == null ? "" : "Sec-WebSocket-Protocol: " + protocols + "\r\n"));
        String status = readLine();
        if (!status.startsWith("HTTP/1.1 101 ")) {
            throw new IOException(status);
        }
        String chosen = null;
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-protocol:")) {
                chosen = line.substring(23).strip();
            }
        }
        return chosen;
    }

    void text(String text) throws IOException {
        frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a frame, masked by zeros, which changes nothing. Safe for several threads. */
    void frame(int first, byte[] payload) throws IOException {
        byte[] frame = frameOf(first, payload);
        synchronized (out) {
            out.write(frame);
        }
    }

    static byte[] frameOf(int first, byte[] payload) {
        int length = payload.length;
        int header = length < 126 ? 2 : length <= 0xffff ? 4 : 10;
        byte[] frame = new byte[header + 4 + length];
        frame[0] = (byte) first;
        frame[1] = (byte) (0x80 | (header == 2 ? length : header == 4 ? 126 : 127));
        for (int i = header - 1, rest = length; i > 1; i--, rest >>>= 8) {
            frame[i] = (byte) rest;
        }
        System.arraycopy(payload, 0, frame, header + 4, length);
        return frame;
    }

    Frame readFrame() throws IOException {
        int first = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(first, payload);
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    /** Ends without a word: the server gets a reset. */
    void cut() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // it has ended before
        }
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it has ended before
        }
    }
}
