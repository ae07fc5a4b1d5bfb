package io.maru.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stands between clients and a server, and can do to their connections what a bad network does. */
final class CuttableProxy implements AutoCloseable {

    private volatile int target;
    private final ServerSocket listener;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    // those who come wait at it
    private volatile CountDownLatch entrance = new CountDownLatch(0);
    // WebSockets wait at it
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean closed;

    CuttableProxy(int target) {
        this.target = target;
        try {
            this.listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("proxy", this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** From now on connections lead to another server. */
    void lead(int port) {
        target = port;
    }

    /** How many connections there have been. */
    int accepted() {
        return accepted.get();
    }

    /** From now on who comes has to wait, until {@link #openEntrance}. */
    void closeEntrance() {
        entrance = new CountDownLatch(1);
    }

    void openEntrance() {
        entrance.countDown();
    }

    /** From now on no WebSocket gets through, until {@link #releaseWebSockets}. */
    void holdWebSockets() {
        gate = new CountDownLatch(1);
    }

    void releaseWebSockets() {
        gate.countDown();
    }

    /** Ends all connections without a word, on both sides: by a reset, or as a process does that ends. */
    void cut(boolean reset) {
        links.forEach(link -> link.cut(reset));
    }

    /** From now on the connections that there are carry nothing, not even their end; new ones do. */
    void freeze() {
        links.forEach(link -> link.frozen = true);
    }

    /** Cuts those that carry nothing. */
    void cutFrozen() {
        links.stream().filter(link -> link.frozen).forEach(link -> link.cut(true));
    }

    @Override
    public void close() {
        closed = true;
        openEntrance();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut(true);
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                entrance.await();
                Socket server = reach();
                if (server == null) {
                    client.close();
                    continue;
                }
                Link link = new Link(client, server);
                links.add(link);
                start("proxy up", () -> link.copy(client, link.server, true));
                start("proxy down", () -> link.copy(link.server, client, false));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException(e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private @Nullable Socket reach() {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException e) {
            return null; // it is being restarted
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean frozen;

        Link(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        void copy(Socket from, Socket to, boolean mayBeRequest) {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (mayBeRequest && isWebSocketRequest(buffer, n)) {
                        gate.await();
                    }
                    if (!frozen) {
                        out.write(buffer, 0, n);
                    }
                }
            } catch (IOException e) {
                // cut
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (!frozen) {
                cut(false);
            }
        }

        private boolean isWebSocketRequest(byte[] buffer, int n) {
            return gate.getCount() > 0 && new String(buffer, 0, n, ISO_8859_1).contains("transport=websocket");
        }

        void cut(boolean reset) {
            links.remove(this);
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    if (reset) {
                        socket.setSoLinger(true, 0);
                    }
                    socket.close();
                } catch (IOException e) {
                    // it is closed already
                }
            }
        }
    }
}
