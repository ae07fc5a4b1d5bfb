package io.maru.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection: opens, enters its rooms, then passes what comes to the workload. */
final class Client implements FrameReader.Listener {

    /** How far it is. */
    enum State {
        NEW,
        CONNECTING,
        UPGRADING,
        OPENING,
        ENTERING,
        JOINING,
        READY,
        CLOSING,
        CLOSED
    }

    /** Where in the world a client stands. */
    record Place(int id, int room, int place, String namespace, List<String> rooms) {

        Place {
            rooms = List.copyOf(rooms);
        }
    }

    private static final byte[] NONE = {};
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    final int id;
    final int room;
    final int place;

    private final Network network;
    private final Protocol protocol;
    private final Workload workload;
    private final Place where;
    private final boolean smallWindow;

    private State state = State.NEW;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private byte[] kept = NONE;
    private byte[] out = NONE;
    private int outFrom;
    private int outTo;
    private boolean dirty;
    private boolean writing;
    private boolean paused;
    private int answersMissing;
    private long now;

    Client(Network network, Protocol protocol, Workload workload, Place where, boolean smallWindow) {
        this.network = network;
        this.protocol = protocol;
        this.workload = workload;
        this.where = where;
        this.smallWindow = smallWindow;
        id = where.id();
        room = where.room();
        place = where.place();
    }

    State state() {
        return state;
    }

    String namespace() {
        return where.namespace();
    }

    /** The name of the room that it shares with others. */
    String roomName() {
        return where.rooms().get(0);
    }

    /** Begins to connect; may be called again when closed. */
    void connect(InetSocketAddress server, @Nullable SocketAddress from) {
        state = State.CONNECTING;
        outFrom = 0;
        outTo = 0;
        kept = NONE;
        writing = false;
        try {
            SocketChannel opened = SocketChannel.open(StandardProtocolFamily.INET);
            channel = opened;
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (smallWindow) {
                opened.setOption(StandardSocketOptions.SO_RCVBUF, 8_192);
            }
            if (from != null) {
                opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                opened.bind(from);
            }
            boolean connected = opened.connect(server);
            key = opened.register(network.selector(), connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            if (connected) {
                upgrade();
            }
        } catch (IOException e) {
            lost("connect: " + e);
        }
    }

    private void upgrade() {
        state = State.UPGRADING;
        String request = "GET " + protocol.target() + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n\r\n";
        send(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** Adds bytes to what goes out at the end of this turn. */
    void send(byte[] bytes) {
        if (channel == null) {
            return;
        }
        if (outTo + bytes.length > out.length) {
            out = Arrays.copyOf(out, Math.max(Math.max(128, out.length * 2), outTo + bytes.length));
        }
        System.arraycopy(bytes, 0, out, outTo, bytes.length);
        outTo += bytes.length;
        if (!dirty) {
            dirty = true;
            network.flushLater(this);
        }
    }

    /** Writes what there is, as far as the socket takes it. */
    void flush() {
        dirty = false;
        if (!writing) {
            write();
        }
    }

    private void write() {
        SocketChannel open = channel;
        if (open == null) {
            return;
        }
        try {
            ByteBuffer buffer = network.output;
            while (outFrom < outTo) {
                buffer.clear();
                int length = Math.min(buffer.capacity(), outTo - outFrom);
                buffer.put(out, outFrom, length).flip();
                int written = open.write(buffer);
                outFrom += written;
                if (written < length) {
                    want(true);
                    return;
                }
            }
            outFrom = 0;
            outTo = 0;
            want(false);
            if (out.length > 4_096) {
                out = NONE;
            }
        } catch (IOException e) {
            lost("write: " + e.getMessage());
        }
    }

    private void want(boolean write) {
        if (writing != write) {
            writing = write;
            interest();
        }
    }

    private void interest() {
        if (key != null && key.isValid()) {
            key.interestOps((paused ? 0 : SelectionKey.OP_READ) | (writing ? SelectionKey.OP_WRITE : 0));
        }
    }

    /** Stops reading, or goes on. */
    void pause(boolean pause) {
        paused = pause;
        interest();
    }

    void onSelected() {
        SelectionKey selected = key;
        if (selected == null || !selected.isValid() || channel == null) {
            return;
        }
        if (selected.isConnectable()) {
            connected();
            return;
        }
        if (selected.isWritable()) {
            write();
        }
        if (channel != null && selected.isValid() && selected.isReadable() && !paused) {
            read();
        }
    }

    private void connected() {
        try {
            if (channel != null && channel.finishConnect()) {
                interest();
                upgrade();
            }
        } catch (IOException e) {
            lost("connect: " + e.getMessage());
        }
    }

    private void read() {
        SocketChannel open = channel;
        if (open == null) {
            return;
        }
        byte[] bytes = network.bytes;
        int held = kept.length;
        ByteBuffer input = network.input;
        input.clear();
        try {
            int count = open.read(input);
            if (count < 0) {
                lost("end of stream");
                return;
            }
            now = System.nanoTime();
            System.arraycopy(kept, 0, bytes, 0, held);
            input.flip().get(bytes, held, count);
            int used = parse(bytes, held + count);
            int rest = held + count - used;
            kept = rest == 0 || channel == null ? NONE : Arrays.copyOfRange(bytes, used, used + rest);
        } catch (IOException e) {
            lost("read: " + e.getMessage());
        }
    }

    private int parse(byte[] in, int to) {
        int from = 0;
        if (state == State.UPGRADING) {
            int end = endOfHead(in, to);
            if (end < 0) {
                return 0;
            }
            String head = new String(in, 0, end, StandardCharsets.ISO_8859_1);
            if (!head.startsWith("HTTP/1.1 101") || !head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
                lost("refused: " + head.lines().findFirst().orElse(""));
                return to;
            }
            from = end;
            if (protocol.hasHandshake()) {
                state = State.OPENING;
            } else {
                join();
            }
        }
        return FrameReader.read(in, from, to, this);
    }

    private static int endOfHead(byte[] in, int to) {
        for (int at = 4; at <= to; at++) {
            if (in[at - 1] == '\n' && Arrays.equals(in, at - 4, at, END_OF_HEAD, 0, 4)) {
                return at;
            }
        }
        return -1;
    }

    private void join() {
        state = State.JOINING;
        answersMissing = where.rooms().size();
        for (String name : where.rooms()) {
            send(Frames.text(protocol.event(namespace(), "join-room", 0, "\"roomId\":\"" + name + "\"")));
        }
    }

    @Override
    public void onText(byte[] in, int from, int to) {
        if (protocol.isPing(in, from, to)) {
            send(Frames.text(protocol.pong()));
        } else if (state == State.READY) {
            workload.onText(this, in, from, to, now);
        } else {
            onGreeting(in, from, to);
        }
    }

    private void onGreeting(byte[] in, int from, int to) {
        if (state == State.OPENING && protocol.isOpening(in, from, to)) {
            state = State.ENTERING;
            send(Frames.text(protocol.enter(namespace())));
        } else if (state == State.ENTERING && protocol.isEntered(in, from, to)) {
            join();
        } else if (state == State.JOINING && protocol.answered(in, from, to) == 0 && --answersMissing == 0) {
            state = State.READY;
            workload.onReady(this);
        }
    }

    @Override
    public void onPing(byte[] in, int from, int to) {
        send(Frames.frame(Frames.PONG, in, from, to));
    }

    @Override
    public void onClose(int code) {
        lost("close frame " + code);
    }

    @Override
    public void onBadFrame(String what) {
        lost(Fault.FRAME, what);
    }

    @Override
    public boolean isOpen() {
        return channel != null;
    }

    /** Says goodbye, and waits for the server to close. */
    void close() {
        if (isOpen()) {
            state = State.CLOSING;
            send(Frames.close());
        }
    }

    /** Ends the connection at once; nobody hears of it. */
    void drop() {
        SocketChannel open = channel;
        channel = null;
        state = State.CLOSED;
        if (open != null) {
            try {
                open.setOption(StandardSocketOptions.SO_LINGER, 0);
                open.close();
            } catch (IOException e) {
                // it is gone in any case
            }
        }
    }

    private void lost(String why) {
        lost(state == State.READY ? Fault.CLOSED : Fault.CONNECT, why);
    }

    private void lost(Fault fault, String why) {
        State before = state;
        drop();
        if (before == State.CLOSING) {
            workload.onGone(this);
        } else {
            workload.onLost(this, fault, "connection " + id + ", " + before + ": " + why);
        }
    }
}
