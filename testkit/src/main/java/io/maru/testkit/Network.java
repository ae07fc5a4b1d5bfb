package io.maru.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What lies between clients and a server on this machine: it can break, stand still, and be gone. Safe for any thread. */
public final class Network implements AutoCloseable {

    private static final int BACKLOG = 1_000;
    private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ServerSocket entrance;
    private final int serverPort;

    // guarded by this
    private final Set<Socket> sockets = new HashSet<>();
    private boolean held;
    private boolean down;
    private boolean closed;

    private Network(int serverPort) throws IOException {
        this.serverPort = serverPort;
        entrance = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        start("network", this::accept);
    }

    /**
     * A network before a server on the loopback interface.
     *
     * @param serverPort where the server listens
     * @return the network, to be closed
     * @throws UncheckedIOException when no port is to be had
     */
    public static Network to(int serverPort) {
        try {
            return new Network(serverPort);
        } catch (IOException e) {
            throw new UncheckedIOException("no port is to be had", e);
        }
    }

    /**
     * Where clients connect to.
     *
     * @return the port, on the loopback interface
     */
    public int port() {
        return entrance.getLocalPort();
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "maru-testkit-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                connect(entrance.accept());
            }
        } catch (IOException e) {
            cut(); // it is closed
        }
    }

    private void connect(Socket client) {
        // each is let in before the next step: what takes the network down meanwhile finds it
        if (!admit(client)) {
            return;
        }
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        } catch (IOException e) {
            end(client);
            return;
        }
        if (!admit(server)) {
            end(client);
            return;
        }
        AtomicInteger open = new AtomicInteger(2);
        start("up", () -> copy(client, server, open));
        start("down", () -> copy(server, client, open));
    }

    /** Takes a connection in; while the network is down, or closed, it cuts it instead. */
    private boolean admit(Socket socket) {
        synchronized (this) {
            if (!down && !closed) {
                sockets.add(socket);
                return true;
            }
        }
        cut(socket);
        return false;
    }

    private void end(Socket socket) {
        cut(socket);
        forget(socket);
    }

    private synchronized void forget(Socket socket) {
        sockets.remove(socket);
        notifyAll();
    }

    private void copy(Socket from, Socket to, AtomicInteger open) {
        try {
            to.setTcpNoDelay(true);
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            int length;
            while ((length = in.read(buffer)) >= 0) {
                awaitPassage();
                out.write(buffer, 0, length);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            cut(from);
            cut(to);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (open.decrementAndGet() == 0) {
            close(from);
            close(to);
            forget(from);
            forget(to);
        }
    }

    private synchronized void awaitPassage() throws InterruptedException, IOException {
        while (held && !closed) {
            wait();
        }
        if (held) {
            throw new IOException("closed with what it holds back");
        }
    }

    synchronized boolean isHeld() {
        return held;
    }

    /** Waits until both sides have ended their connections by themselves; a second at most, and not while it is held. */
    synchronized void awaitEnd() {
        long until = System.nanoTime() + LAST_WORDS_NANOS;
        try {
            long left;
            while (!held && !sockets.isEmpty() && (left = until - System.nanoTime()) > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Breaks the connections that there are; new ones may come. Both sides notice at once. */
    public void cut() {
        List<Socket> all;
        synchronized (this) {
            all = List.copyOf(sockets);
            sockets.clear();
            notifyAll();
        }
        all.forEach(Network::cut);
    }

    /** Breaks the connections, and lets no new one in until {@link #restore}. */
    public void takeDown() {
        synchronized (this) {
            down = true;
        }
        cut();
    }

    /** Holds back all that is sent, in both directions, without a word: nobody notices but by silence. Until {@link #restore}. */
    public synchronized void hold() {
        held = true;
    }

    /** All is well again; what was held back arrives. */
    public synchronized void restore() {
        held = false;
        down = false;
        notifyAll();
    }

    // a reset, so that nobody waits for the other
    private static void cut(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // it has ended before
        }
        close(socket);
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // it has ended before
        }
    }

    /** Ends it with its threads. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        close(entrance);
        cut();
    }
}
