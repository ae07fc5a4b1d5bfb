package io.maru.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What lies between one client and the server: it can break, stand still, and be gone. Safe for any thread. */
public final class Network implements AutoCloseable {

    private final ServerSocket entrance;
    private final int serverPort;

    // guarded by this
    private final Set<Socket> sockets = new HashSet<>();
    private boolean held;
    private boolean down;
    private boolean closed;

    Network(int serverPort) throws IOException {
        this.serverPort = serverPort;
        entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("network", this::accept);
    }

    int port() {
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
                Socket client = entrance.accept();
                if (!isOpen()) {
                    cut(client);
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                synchronized (this) {
                    sockets.add(client);
                    sockets.add(server);
                }
                start("up", () -> copy(client, server));
                start("down", () -> copy(server, client));
            }
        } catch (IOException e) {
            cut(); // closed; or the server is gone
        }
    }

    private synchronized boolean isOpen() {
        return !down && !closed;
    }

    private void copy(Socket from, Socket to) {
        try {
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
        if (from.isClosed() || to.isClosed() || from.isInputShutdown() || from.isOutputShutdown()) {
            forget(from, to);
        }
    }

    private synchronized void forget(Socket from, Socket to) {
        if (from.isClosed() || from.isOutputShutdown()) {
            sockets.remove(from);
            sockets.remove(to);
            close(from);
            close(to);
        }
    }

    private synchronized void awaitPassage() throws InterruptedException {
        while (held && !closed) {
            wait();
        }
    }

    synchronized boolean isHeld() {
        return held;
    }

    /** Breaks the connections that there are; new ones may come. Both sides notice at once. */
    public void cut() {
        List<Socket> all;
        synchronized (this) {
            all = List.copyOf(sockets);
            sockets.clear();
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
