package io.maru.peers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A client. Small frames are copied into one buffer that is written and flushed at the end of the loop's turn; large ones
 * are written as references that all receivers share. Confined to its loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {

    private static final int COPY_LIMIT = 2048;
    private static final int SPILL = 64 << 10;
    private static final int SLOW = 16 << 20;
    private static final byte[] TYPE = bytes("\"type\":\"");
    private static final byte[] ROOM_ID = bytes("\"roomId\":\"");
    private static final byte[] MESSAGE_ID = bytes("\"messageId\":");

    final Loop loop;
    private ChannelHandlerContext ctx;
    private ByteBuf held; // the beginning of a frame
    private ByteBuf turn; // what this turn sends
    private boolean dirty;
    private boolean open;
    private boolean closing;
    private boolean socketIo;
    private final List<Room.Member> memberships = new ArrayList<>(1);
    private Room last; // the room of the last message, which as a rule is that of the next

    Connection(Loop loop) {
        this.loop = loop;
    }

    boolean socketIo() {
        return socketIo;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        ByteBuf in = (ByteBuf) read;
        if (held != null) {
            held.writeBytes(in);
            in.release();
            in = held;
        }
        try {
            if (open || handshake(in)) {
                while (!closing && frame(in)) {}
            }
        } catch (RuntimeException e) {
            closing = true;
            ctx.close();
        }
        if (closing || !in.isReadable()) {
            in.release();
            held = null;
        } else if (in == held) {
            in.discardSomeReadBytes();
        } else {
            held = ctx.alloc().directBuffer(2 * in.readableBytes()).writeBytes(in);
            in.release();
        }
    }

    private boolean handshake(ByteBuf in) {
        String head = in.toString(StandardCharsets.ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        in.skipBytes(end + 4);
        open = true;
        socketIo = head.startsWith("GET /socket.io/");
        String name = "sec-websocket-key:";
        String key = head.lines()
                .filter(line -> line.regionMatches(true, 0, name, 0, name.length()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a WebSocket handshake expected"))
                .substring(name.length())
                .trim();
        String answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accept(key) + "\r\n\r\n";
        ByteBufUtil.writeAscii(room(answer.length()), answer);
        if (socketIo) {
            // nobody pings, so nobody shall wait for it
            send("0{\"sid\":\"" + id() + "\",\"upgrades\":[],\"pingInterval\":86400000,\"pingTimeout\":20000,"
                    + "\"maxPayload\":1000000}");
        }
        return true;
    }

    private static String accept(String key) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1").digest(bytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private boolean frame(ByteBuf in) {
        int header = Frames.headerOf(in);
        if (header < 0) {
            return false;
        }
        int length = Frames.lengthOf(in, header);
        int opcode = in.getByte(in.readerIndex()) & 15;
        int from = in.readerIndex() + header;
        Frames.unmask(in, from, length);
        in.readerIndex(from + length);
        switch (opcode) {
            case Frames.TEXT -> message(in, from, from + length);
            case Frames.PING -> send(Frames.PONG, in, from, length);
            case Frames.CLOSE -> {
                closing = true;
                send(Frames.CLOSE, in, from, Math.min(length, 2));
                flush();
                ctx.writeAndFlush(ctx.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
            }
            default -> {}
        }
        return true;
    }

    private void message(ByteBuf in, int from, int to) {
        if (!socketIo) {
            int type = find(in, from, to, TYPE);
            if (type >= 0) {
                event(in, from, to, in.getByte(type), find(in, from, Math.min(to, from + 200), MESSAGE_ID));
            }
        } else if (to - from == 2 && in.getByte(from + 1) == '0') {
            send("40{\"sid\":\"" + id() + "\"}");
        } else if (to - from > 6 && in.getByte(from) == '4' && in.getByte(from + 1) == '2') {
            int array = in.indexOf(from, to, (byte) '[');
            event(in, from, to, in.getByte(array + 2), array > from + 2 ? from + 2 : -1);
        }
    }

    /** An event by its first letter; its id is -1 or where the digits begin. */
    private void event(ByteBuf in, int from, int to, int type, int id) {
        switch (type) {
            case 'c' -> chat(in, from, to);
            case 'e' -> send(Frames.TEXT, in, from, to - from);
            case 'a' -> answer(in, id);
            case 'j' -> {
                int name = find(in, from, to, ROOM_ID);
                byte[] bytes = ByteBufUtil.getBytes(in, name, in.indexOf(name, to, (byte) '"') - name);
                if (memberships.stream().noneMatch(it -> it.room.isNamed(in, name, name + bytes.length))) {
                    memberships.add(Room.join(bytes, this));
                }
                answer(in, id);
            }
            default -> {}
        }
    }

    private void chat(ByteBuf in, int from, int to) {
        int name = find(in, from, to, ROOM_ID);
        int end = in.indexOf(name, to, (byte) '"');
        if (last == null || last.isEmpty() || !last.isNamed(in, name, end)) {
            last = Room.find(ByteBufUtil.getBytes(in, name, end - name), socketIo);
        }
        if (last != null) {
            last.broadcast(newFrame(Frames.TEXT, in, from, to - from), this);
        }
    }

    private void answer(ByteBuf in, int id) {
        if (id >= 0) {
            int end = id;
            while (in.getByte(end) >= '0' && in.getByte(end) <= '9') {
                end++;
            }
            String digits = in.toString(id, end - id, StandardCharsets.ISO_8859_1);
            send(socketIo ? "43" + digits + "[]" : "{\"type\":\"callback\",\"messageId\":" + digits + "}");
        }
    }

    /** The position behind what is searched, or -1. */
    private static int find(ByteBuf in, int from, int to, byte[] key) {
        for (int i = from; i <= to - key.length; i++) {
            int k = 0;
            while (k < key.length && in.getByte(i + k) == key[k]) {
                k++;
            }
            if (k == key.length) {
                return i + k;
            }
        }
        return -1;
    }

    private void send(String ascii) {
        ByteBuf out = room(ascii.length() + Frames.HEADER);
        Frames.writeHeader(out, Frames.TEXT, ascii.length());
        ByteBufUtil.writeAscii(out, ascii);
    }

    private void send(int opcode, ByteBuf in, int from, int length) {
        if (length <= COPY_LIMIT) {
            ByteBuf out = room(length + Frames.HEADER);
            Frames.writeHeader(out, opcode, length);
            out.writeBytes(in, from, length);
        } else {
            write(newFrame(opcode, in, from, length));
        }
    }

    /** Sends a frame, which goes on belonging to the caller. */
    void send(ByteBuf frame) {
        int length = frame.readableBytes();
        if (length <= COPY_LIMIT) {
            room(length).writeBytes(frame, frame.readerIndex(), length);
        } else {
            write(frame.retainedDuplicate());
        }
    }

    private ByteBuf newFrame(int opcode, ByteBuf in, int from, int length) {
        ByteBuf frame = ctx.alloc().directBuffer(length + Frames.HEADER);
        Frames.writeHeader(frame, opcode, length);
        return frame.writeBytes(in, from, length);
    }

    private void write(ByteBuf frame) {
        spill();
        ctx.write(frame, ctx.voidPromise());
        flushLater();
    }

    private ByteBuf room(int length) {
        if (turn != null && turn.readableBytes() + length > SPILL) {
            spill();
        }
        if (turn == null) {
            turn = ctx.alloc().directBuffer(Math.max(512, 4 * length));
        }
        flushLater();
        return turn;
    }

    private void flushLater() {
        if (!dirty) {
            dirty = true;
            loop.flushLater(this);
        }
    }

    private void spill() {
        if (turn != null) {
            ctx.write(turn, ctx.voidPromise());
            turn = null;
        }
    }

    private void flush() {
        spill();
        ctx.flush();
    }

    void flushTurn() {
        dirty = false;
        flush();
        ChannelOutboundBuffer outbound = ctx.channel().unsafe().outboundBuffer();
        if (outbound != null && outbound.totalPendingWriteBytes() > SLOW) {
            ctx.close(); // it does not read
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        memberships.forEach(member -> member.room.leave(member, loop.index));
        if (held != null) {
            held.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private String id() {
        return ctx.channel().id().asShortText();
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.ISO_8859_1);
    }
}
