package io.maru.conformance.promises;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Thousands of Socket.IO clients over WebSocket on one thread. They connect, enter the namespace {@code /}, enter the room
 * {@code lobby} when told so, answer pings, and count what they hear otherwise.
 */
final class Crowd implements AutoCloseable {

    private static final byte[] REQUEST = """
            GET /socket.io/?EIO=4&transport=websocket HTTP/1.1
            Host: a
            Connection: Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

            """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);

    /** One client: bytes that have come and are not a whole frame, or answer, yet. */
    private static final class Client {
        final SocketChannel channel;
        ByteBuffer in = ByteBuffer.allocate(512).limit(0);
        boolean open;

        Client(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final InetSocketAddress address;
    private final boolean joining;
    private final Selector selector = Selector.open();
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Client> clients = new ArrayList<>();
    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger heard = new AtomicInteger();
    private volatile boolean over;

    Crowd(int port, boolean joining) throws IOException {
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.joining = joining;
        Wire.start("crowd", this::run);
    }

    /** Lets more connect, all at once. */
    void connect(int count) {
        run(() -> {
            for (int i = 0; i < count; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Client client = new Client(channel);
                clients.add(client);
                channel.register(selector, SelectionKey.OP_CONNECT, client);
                channel.connect(address);
            }
        });
    }

    /** Cuts everybody, whatever they are doing. */
    void cutAll() {
        run(() -> {
            for (Client client : clients) {
                client.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                client.channel.close();
            }
            clients.clear();
        });
    }

    /** How many have entered, and joined the room where they should. */
    int entered() {
        return entered.get();
    }

    /** How many the server has hung up on, or has not let in. */
    int lost() {
        return lost.get();
    }

    /** How many messages they have heard, all together. */
    int heard() {
        return heard.get();
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    private void run(Task task) {
        tasks.add(() -> {
            try {
                task.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        selector.wakeup();
    }

    private void run() {
        try (selector) {
            while (!over) {
                selector.select(key -> {
                    Client client = (Client) key.attachment();
                    try {
                        if (key.isConnectable()) {
                            client.channel.finishConnect();
                            key.interestOps(SelectionKey.OP_READ);
                            write(client, REQUEST);
                        } else if (key.isReadable()) {
                            read(client);
                        }
                    } catch (IOException e) {
                        lose(client);
                    }
                });
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
            }
            for (Client client : clients) {
                client.channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void lose(Client client) {
        lost.incrementAndGet();
        clients.remove(client);
        try {
            client.channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(Client client) throws IOException {
        ByteBuffer in = client.in;
        in.compact();
        if (!in.hasRemaining()) {
            in = ByteBuffer.allocate(in.capacity() * 2).put(in.flip());
            client.in = in;
        }
        int count = client.channel.read(in);
        in.flip();
        if (count < 0) {
            throw new IOException("ended");
        }
        while (client.open ? readFrame(client, in) : readAnswer(client, in)) {
            // as many as have come
        }
    }

    private static boolean readAnswer(Client client, ByteBuffer in) throws IOException {
        for (int i = in.position() + 3; i < in.limit(); i++) {
            if (in.get(i) == '\n' && in.get(i - 1) == '\r' && in.get(i - 2) == '\n') {
                String answer = StandardCharsets.US_ASCII
                        .decode(in.slice(in.position(), i - in.position()))
                        .toString();
                if (!answer.startsWith("HTTP/1.1 101 ")) {
                    throw new IOException(answer);
                }
                in.position(i + 1);
                client.open = true;
                write(client, frame("40"));
                return true;
            }
        }
        return false;
    }

    private boolean readFrame(Client client, ByteBuffer in) throws IOException {
        if (in.remaining() < 2) {
            return false;
        }
        int length = in.get(in.position() + 1);
        if (in.get(in.position()) != (byte) Tcp.TEXT || length > 125) {
            throw new IOException("closed, or a frame that nobody here expects");
        }
        if (in.remaining() < 2 + length) {
            return false;
        }
        String text = StandardCharsets.UTF_8
                .decode(in.slice(in.position() + 2, length))
                .toString();
        in.position(in.position() + 2 + length);
        if (text.equals("2")) {
            write(client, frame("3"));
        } else if (text.startsWith("40") && joining) {
            write(client, frame("421[\"join\",\"lobby\"]"));
        } else if (text.startsWith("40") || text.startsWith("431[")) {
            entered.incrementAndGet();
        } else if (text.startsWith("42")) {
            heard.incrementAndGet();
        }
        return true;
    }

    private static byte[] frame(String text) {
        return Tcp.frameOf(Tcp.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    // so little that the operating system always takes it
    private static void write(Client client, byte[] bytes) throws IOException {
        if (client.channel.write(ByteBuffer.wrap(bytes)) < bytes.length) {
            throw new IOException("the operating system takes no more");
        }
    }

    @Override
    public void close() {
        over = true;
        selector.wakeup();
    }
}
