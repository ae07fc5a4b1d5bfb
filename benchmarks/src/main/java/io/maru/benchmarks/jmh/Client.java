package io.maru.benchmarks.jmh;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A plain client that costs little: it counts what it receives and does not look at it. */
final class Client implements AutoCloseable {

    private static final String HANDSHAKE = """
            GET / HTTP/1.1\r
            Host: 127.0.0.1\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
            \r
            """;
    private static final int FIN_TEXT = 0x81;
    private static final int MASKED = 0x80;

    private final Socket socket;
    private final InputStream in;
    private final byte[] received = new byte[16 * 1024];

    Client(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        socket.getOutputStream().write(Samples.utf8(HANDSHAKE));
        for (int end = 0; end != 0x0d0a0d0a; ) {
            end = end << 8 | read();
        }
    }

    /** Sends a text of less than 126 bytes, under a mask of zeros. */
    void send(String text) throws IOException {
        byte[] utf8 = Samples.utf8(text);
        byte[] frame = new byte[6 + utf8.length];
        frame[0] = (byte) FIN_TEXT;
        frame[1] = (byte) (MASKED | utf8.length);
        System.arraycopy(utf8, 0, frame, 6, utf8.length);
        socket.getOutputStream().write(frame);
    }

    /** Takes bytes, waiting for them, and allocates nothing. */
    void skip(int bytes) throws IOException {
        for (int missing = bytes; missing > 0; ) {
            int read = in.read(received, 0, Math.min(missing, received.length));
            if (read < 0) {
                throw new EOFException(missing + " more bytes expected");
            }
            missing -= read;
        }
    }

    private int read() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the answer to a handshake expected");
        }
        return next;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
