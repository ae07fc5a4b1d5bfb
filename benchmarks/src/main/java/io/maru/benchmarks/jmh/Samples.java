package io.maru.benchmarks.jmh;

import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The messages that are measured: a chat message of 64 letters, and what belongs to it. */
final class Samples {

    /** What a handler would take a chat message as. */
    record Chat(String roomId, String message) {}

    static final Chat CHAT = new Chat("lobby", "0123456789abcdef".repeat(4));
    static final String CHAT_FIELDS = "\"roomId\":\"" + CHAT.roomId + "\",\"message\":\"" + CHAT.message + "\"";
    static final String CHAT_OBJECT = "{" + CHAT_FIELDS + "}";
    static final byte[] ATTACHMENT = new byte[1024];

    private Samples() {}

    /** An event with a chat message, as it was read: its arguments are text. */
    static Packet.Event chat() {
        return chat(JsonCodec.standard().encode(CHAT));
    }

    static Packet.Event chat(Payload args) {
        return new Packet.Event("/", "chat", args, Packet.NO_ACK);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a message as a connection does, which copies it off the network first. */
    static @Nullable Packet read(PacketDecoder decoder, byte[] text) {
        return decoder.text(text.clone());
    }

    /** What every dialect has a form for. */
    static Encoded some(@Nullable Encoded message) {
        return Objects.requireNonNull(message, "message");
    }
}
