package io.maru.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * A connection that sends what it likes, and reads when it is asked to and not before. It keeps next to nothing itself, so
 * that thousands of them do not hide what the server keeps. For one thread.
 */
final class Attacker implements Closeable {

    private static final ThreadLocal<byte[]> BUFFER = ThreadLocal.withInitial(() -> new byte[1 << 16]);

    private final Socket socket;

    private Attacker(Socket socket) {
        this.socket = socket;
    }

    static Attacker connect(int port) {
        return connect(port, 0);
    }

    /** A connection whose operating system takes little of what is sent to it, when a size is given. */
    static Attacker connect(int port, int receiveBuffer) {
        try {
            Socket socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) ServerFixture.PATIENCE.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new Attacker(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for a WebSocket. */
    Attacker upgrade(String target) {
        return send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }

    Attacker get(String target) {
        return send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    Attacker post(String target, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return send("POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                .send(bytes);
    }

    Attacker text(String text) {
        return send(WireClient.frameOf(0x81, text.getBytes(StandardCharsets.UTF_8)));
    }

    Attacker send(String latin1) {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    Attacker send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends, if the server still takes it. */
    boolean trySend(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends its own direction: nothing more will come, but it would still read. */
    Attacker endOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until so much has come that it holds a text; gives all of it. */
    String readUntil(String end) {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            String some = readSome();
            if (some.isEmpty()) {
                throw new AssertionError("the connection ended after: " + read);
            }
            read.append(some);
        }
        return read.toString();
    }

    /** Reads all that comes until the connection ends, in whatever way; fails when it goes on. */
    String readToTheEnd() {
        StringBuilder read = new StringBuilder();
        for (String some = readSome(); !some.isEmpty(); some = readSome()) {
            read.append(some);
        }
        return read.toString();
    }

    private String readSome() {
        byte[] buffer = BUFFER.get();
        try {
            int count = socket.getInputStream().read(buffer);
            return count < 0 ? "" : new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came, and the connection did not end", e);
        } catch (SocketException e) {
            return ""; // a reset is an end too
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the connection, if it is still there: the server gets a reset. */
    void cut() {
        try {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cut();
    }
}
