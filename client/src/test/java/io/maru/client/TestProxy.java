package io.maru.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Stands between clients and a server on this machine: as a cable that can be cut, or as a proxy that is asked for its target. */
final class TestProxy implements AutoCloseable {

    enum Kind {
        CABLE,
        HTTP,
        SOCKS5
    }

    private final Kind kind;
    private volatile int target;
    private final ServerSocket listener;
    private final Set<java.net.Socket> sockets = ConcurrentHashMap.newKeySet();
    /** What it was asked for, such as {@code localhost:3000}. */
    final Queue<String> asked = new ConcurrentLinkedQueue<>();

    private volatile boolean refusesWebSockets;
    private volatile boolean down;

    TestProxy(Kind kind, int target) {
        this.kind = kind;
        this.target = target;
        try {
            listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** From now on connections that begin with a request for a WebSocket end. */
    void refuseWebSockets() {
        refusesWebSockets = true;
    }

    /** From now on connections lead to another server. */
    void lead(int port) {
        target = port;
    }

    /** Ends all connections without a word. */
    void cut() {
        // one by one: what has come meanwhile stays, for the next cut
        for (java.net.Socket socket : List.copyOf(sockets)) {
            closeQuietly(socket);
            sockets.remove(socket);
        }
    }

    /** Ends all connections without a word, and each that comes, until {@link #restore}. */
    void takeDown() {
        down = true;
        cut();
    }

    void restore() {
        down = false;
    }

    @Override
    public void close() {
        end();
    }

    /** Ends all connections, and takes no other. */
    void end() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "test-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void closeQuietly(java.net.Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                java.net.Socket client = listener.accept();
                sockets.add(client);
                if (down || listener.isClosed()) {
                    closeQuietly(client);
                    sockets.remove(client);
                } else {
                    start(() -> serve(client));
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(java.net.Socket client) {
        try {
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            if (kind == Kind.HTTP) {
                answerHttp(in, out);
            } else if (kind == Kind.SOCKS5) {
                answerSocks(new DataInputStream(in), out);
            }
            java.net.Socket server = new java.net.Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(server);
            start(() -> pump(server, client, false));
            pump(client, server, true);
        } catch (IOException e) {
            closeQuietly(client);
        }
    }

    private void answerHttp(InputStream in, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the end");
            }
            head.append((char) next);
        }
        asked.add(head.substring("CONNECT ".length(), head.indexOf(" HTTP/1.1")));
        String authorization = "proxy-authorization: Basic ";
        int at = head.toString()
                .toLowerCase(java.util.Locale.ROOT)
                .indexOf(authorization.toLowerCase(java.util.Locale.ROOT));
        if (at >= 0) {
            asked.add(head.substring(at + authorization.length(), head.indexOf("\r\n", at)));
        }
        out.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(ISO_8859_1));
    }

    private void answerSocks(DataInputStream in, OutputStream out) throws IOException {
        in.readByte();
        in.readFully(new byte[in.readByte()]);
        out.write(new byte[] {5, 0});
        in.readFully(new byte[3]);
        byte[] name;
        if (in.readByte() == 3) {
            name = new byte[in.readByte()];
            in.readFully(name);
            asked.add(new String(name, ISO_8859_1) + ":" + in.readUnsignedShort());
        } else {
            name = new byte[4];
            in.readFully(name);
            asked.add(InetAddress.getByAddress(name).getHostAddress() + ":" + in.readUnsignedShort());
        }
        out.write(new byte[] {5, 0, 0, 1, 127, 0, 0, 1, 0, 1});
    }

    private void pump(java.net.Socket from, java.net.Socket to, boolean ofClient) {
        byte[] buffer = new byte[64 << 10];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (ofClient
                        && refusesWebSockets
                        && new String(buffer, 0, length, ISO_8859_1).contains("transport=websocket")) {
                    break;
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // one side has ended: so does the other
        }
        closeQuietly(from);
        closeQuietly(to);
        sockets.remove(from);
        sockets.remove(to);
    }
}
