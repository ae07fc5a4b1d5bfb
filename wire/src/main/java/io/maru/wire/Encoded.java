package io.maru.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message as a dialect wrote it, once for all who get it: a text, binary attachments, or a text and its attachments.
 * It can be framed for WebSocket, which is done once too. Safe to read from any thread.
 *
 * <p>A large message can lend a buffer that all writers share, {@link #sharedFrames}; it is held until whoever made the
 * message calls {@link #release()} and every writer has released his own reference. Nothing else needs releasing.
 */
public final class Encoded {

    /** What stands before a message inside of its WebSocket frame. */
    public enum Framing {
        /** Nothing. */
        PLAIN(0),
        /** The digit of an Engine.IO message packet. Binary messages have none in protocol 4. */
        ENGINE_IO('4'),
        /** The same in Engine.IO 3, where binary messages begin with the number of their type. */
        ENGINE_IO_3('4'),
        /** Engine.IO 3 for clients that take no bytes: binary messages are text, {@code b4} and base64. */
        ENGINE_IO_3_BASE64('4');

        private final byte prefix;

        Framing(int prefix) {
            this.prefix = (byte) prefix;
        }

        private int prefixLength() {
            return this == PLAIN ? 0 : 1;
        }

        private int binaryLength(byte[] data) {
            return switch (this) {
                case PLAIN, ENGINE_IO -> data.length;
                case ENGINE_IO_3 -> 1 + data.length;
                case ENGINE_IO_3_BASE64 -> 2 + (data.length + 2) / 3 * 4;
            };
        }

        private void writeBinary(byte[] data, ByteBuf out) {
            writeHeader(out, this == ENGINE_IO_3_BASE64 ? FIN_TEXT : FIN_BINARY, binaryLength(data));
            if (this == ENGINE_IO_3_BASE64) {
                out.writeByte('b')
                        .writeByte(prefix)
                        .writeBytes(Base64.getEncoder().encode(data));
                return;
            }
            if (this == ENGINE_IO_3) {
                out.writeByte(prefix - '0');
            }
            out.writeBytes(data);
        }
    }

    /** Writes frames in another way, such as compressed. */
    public interface Rewriter {
        /**
         * Frames instead of others. Called on the thread that sends first, under the lock of the message.
         *
         * @param frames whole frames, as {@link #writeFrames} writes them
         * @return other frames, or null when these are to be sent
         */
        byte @Nullable [] rewrite(byte[] frames);
    }

    /** The longest frame header of a server, and a prefix. */
    static final int HEADROOM = 11;

    private static final int FIN_TEXT = 0x81;
    private static final int FIN_BINARY = 0x82;

    // room, then the text; null when there is none. The header lies in the room, right before the text
    private final byte @Nullable [] text;
    private final int textEnd;
    private final List<byte[]> attachments;

    // the framing that was asked for first, whose header is in the room; written under the lock, frameStart before it
    private volatile @Nullable Framing framed;
    private int frameStart;
    // guarded by this
    private @Nullable ByteBuf shared;
    private @Nullable Framing sharedFraming;
    private boolean released;
    // what is sent to those who take other frames, this where they get the same; null until one of them was there.
    // Written under the lock, or before the message is sent
    private volatile @Nullable Encoded rewritten;

    private Encoded(byte @Nullable [] text, int textEnd, List<byte[]> attachments) {
        this.text = text;
        this.textEnd = textEnd;
        this.attachments = List.copyOf(attachments);
    }

    /**
     * A buffer for the text of a message.
     *
     * @param capacity the bytes to begin with
     * @return the buffer, for {@link #of}
     */
    public static Utf8Buffer newText(int capacity) {
        return new Utf8Buffer(HEADROOM, capacity);
    }

    /**
     * A text and its attachments.
     *
     * @param text from {@link #newText}; not to be changed any more
     * @param attachments not to be changed any more
     * @return the message
     */
    public static Encoded of(Utf8Buffer text, List<byte[]> attachments) {
        return new Encoded(text.array(), text.end(), attachments);
    }

    /**
     * A text.
     *
     * @param text the text
     * @return the message
     */
    public static Encoded text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A text.
     *
     * @param utf8 the text, which is copied
     * @return the message
     */
    public static Encoded text(byte[] utf8) {
        Utf8Buffer buffer = newText(utf8.length);
        buffer.append(utf8);
        return of(buffer, List.of());
    }

    /**
     * A binary message.
     *
     * @param data not to be changed any more
     * @return the message
     */
    public static Encoded binary(byte[] data) {
        return new Encoded(null, 0, List.of(data));
    }

    /**
     * Whether there is a text.
     *
     * @return false for a binary message
     */
    public boolean hasText() {
        return text != null;
    }

    /**
     * Appends the text, unframed.
     *
     * @param out takes it
     */
    public void writeText(Utf8Buffer out) {
        if (text != null) {
            out.append(text, HEADROOM, textEnd);
        }
    }

    /**
     * The binary messages that follow the text.
     *
     * @return them, in order; not to be changed
     */
    public List<byte[]> attachments() {
        return attachments;
    }

    /**
     * The length of the message without any framing.
     *
     * @return bytes
     */
    public int length() {
        int length = text == null ? 0 : textEnd - HEADROOM;
        for (byte[] attachment : attachments) {
            length += attachment.length;
        }
        return length;
    }

    /**
     * The length of the message as WebSocket frames
     * (<a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2">RFC 6455, section 5.2</a>), unmasked and one frame a
     * message.
     *
     * @param framing what stands before a message
     * @return bytes
     */
    public int framesLength(Framing framing) {
        int length = 0;
        if (text != null) {
            int payload = textEnd - HEADROOM + framing.prefixLength();
            length = framed == framing ? textEnd - frameStart : headerLength(payload) + payload;
        }
        for (byte[] attachment : attachments) {
            int payload = framing.binaryLength(attachment);
            length += headerLength(payload) + payload;
        }
        return length;
    }

    /**
     * Appends the message as WebSocket frames.
     *
     * @param framing what stands before a message
     * @param out takes them; its owner goes on owning it
     */
    public void writeFrames(Framing framing, ByteBuf out) {
        if (text != null) {
            Framing first = framed;
            if (first == null) {
                first = writeTextHeader(framing, text);
            }
            if (first == framing) {
                out.writeBytes(text, frameStart, textEnd - frameStart);
            } else {
                writeHeader(out, FIN_TEXT, textEnd - HEADROOM + framing.prefixLength());
                if (framing.prefixLength() > 0) {
                    out.writeByte(framing.prefix);
                }
                out.writeBytes(text, HEADROOM, textEnd - HEADROOM);
            }
        }
        for (byte[] attachment : attachments) {
            framing.writeBinary(attachment, out);
        }
    }

    /**
     * The message as WebSocket frames in a buffer that all share who ask for the framing that was asked for first.
     *
     * @param framing what stands before a message
     * @param allocator makes the buffer, when it is not there yet
     * @return the frames, readable; the caller releases them
     */
    public synchronized ByteBuf sharedFrames(Framing framing, ByteBufAllocator allocator) {
        if (shared == null) {
            shared = newFrames(framing, allocator);
            sharedFraming = framing;
        } else if (sharedFraming != framing) {
            return newFrames(framing, allocator);
        }
        ByteBuf frames = shared.retainedDuplicate();
        if (released) {
            // a straggler: the maker has let go, so nobody else would
            shared.release();
            shared = null;
        }
        return frames;
    }

    /**
     * The message in other frames, which are written once for all who want them. Where two framings want them, the second
     * gets the message as it is.
     *
     * @param framing what stands before a text
     * @param rewriter writes the other frames
     * @return a message to be sent in this framing, and of no other use; this one, when its frames stay as they are. It is
     *     let go together with this one
     */
    public Encoded rewritten(Framing framing, Rewriter rewriter) {
        Encoded known = rewritten;
        if (known == null) {
            known = rewriteOnce(framing, rewriter);
        }
        return known == this || known.framed != framing ? this : known;
    }

    private synchronized Encoded rewriteOnce(Framing framing, Rewriter rewriter) {
        Encoded known = rewritten;
        if (known == null) {
            byte[] frames = rewriter.rewrite(frames(framing));
            known = frames == null ? this : ofFrames(framing, frames);
            if (released && known != this) {
                known.release();
            }
            rewritten = known;
        }
        return known;
    }

    /**
     * The message in other frames, for one receiver.
     *
     * @param framing what stands before a text
     * @param rewriter writes the other frames
     * @return a message to be sent in this framing, once, and of no other use; this one, when its frames stay as they are
     */
    public Encoded rewrittenForOne(Framing framing, Rewriter rewriter) {
        byte[] frames = rewritten == this ? null : rewriter.rewrite(frames(framing));
        if (frames == null) {
            return this;
        }
        Encoded alone = ofFrames(framing, frames);
        alone.release(); // so that a buffer of it is its taker's alone
        return alone;
    }

    /** Lets its frames never be rewritten; to be called before it is sent. */
    public void keepFrames() {
        rewritten = this;
    }

    private byte[] frames(Framing framing) {
        ByteBuf frames = Unpooled.wrappedBuffer(new byte[framesLength(framing)]).clear();
        writeFrames(framing, frames);
        return frames.array();
    }

    /** A message whose header is in the room already: all of it is frames. */
    private static Encoded ofFrames(Framing framing, byte[] frames) {
        Encoded message = new Encoded(frames, frames.length, List.of());
        message.framed = framing;
        return message;
    }

    /** Lets go of the shared buffers, if any were made; to be called once, by whoever made the message. */
    public synchronized void release() {
        released = true;
        if (shared != null) {
            shared.release();
            shared = null;
        }
        Encoded other = rewritten;
        if (other != null && other != this) {
            other.release();
        }
    }

    private ByteBuf newFrames(Framing framing, ByteBufAllocator allocator) {
        ByteBuf frames = allocator.directBuffer(framesLength(framing));
        writeFrames(framing, frames);
        return frames;
    }

    // the first framing takes the room; it is never rewritten, because others may be reading it
    private synchronized Framing writeTextHeader(Framing framing, byte[] room) {
        Framing first = framed;
        if (first != null) {
            return first;
        }
        int payload = textEnd - HEADROOM + framing.prefixLength();
        int i = HEADROOM;
        if (framing.prefixLength() > 0) {
            room[--i] = framing.prefix;
        }
        i -= headerLength(payload);
        room[i] = (byte) FIN_TEXT;
        if (payload < 126) {
            room[i + 1] = (byte) payload;
        } else if (payload <= 0xffff) {
            room[i + 1] = 126;
            room[i + 2] = (byte) (payload >>> 8);
            room[i + 3] = (byte) payload;
        } else {
            room[i + 1] = 127;
            for (int k = 0; k < 8; k++) {
                room[i + 2 + k] = (byte) ((long) payload >>> (56 - 8 * k));
            }
        }
        frameStart = i;
        framed = framing;
        return framing;
    }

    private static int headerLength(int payload) {
        return payload < 126 ? 2 : payload <= 0xffff ? 4 : 10;
    }

    private static void writeHeader(ByteBuf out, int first, int payload) {
        out.writeByte(first);
        if (payload < 126) {
            out.writeByte(payload);
        } else if (payload <= 0xffff) {
            out.writeByte(126);
            out.writeShort(payload);
        } else {
            out.writeByte(127);
            out.writeLong(payload);
        }
    }
}
