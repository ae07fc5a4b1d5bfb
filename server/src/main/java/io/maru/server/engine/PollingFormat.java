package io.maru.server.engine;

import io.maru.wire.Encoded.Framing;
import io.maru.wire.Utf8;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.engineio.EngineIo3;
import io.maru.wire.engineio.EnginePacket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the packets of a session over polling lie in the bodies of requests and answers: it is said in the handshake, and
 * stays. Immutable.
 */
final class PollingFormat {

    private static final PollingFormat VERSION_4 = new PollingFormat(Framing.ENGINE_IO, null);
    private static final PollingFormat VERSION_3 = new PollingFormat(Framing.ENGINE_IO_3, null);
    private static final PollingFormat VERSION_3_BASE64 = new PollingFormat(Framing.ENGINE_IO_3_BASE64, null);

    private final Framing messages;
    // null for all but JSONP
    private final @Nullable Jsonp jsonp;

    private PollingFormat(Framing messages, @Nullable Jsonp jsonp) {
        this.messages = messages;
        this.jsonp = jsonp;
    }

    /**
     * The format of a client.
     *
     * @param callback which callback it has for JSONP, or null when it does without
     */
    static PollingFormat of(Framing messages, @Nullable String callback) {
        if (callback != null) {
            // a script has no bytes
            Framing text = messages == Framing.ENGINE_IO_3 ? Framing.ENGINE_IO_3_BASE64 : messages;
            return new PollingFormat(text, new Jsonp(callback));
        }
        return switch (messages) {
            case ENGINE_IO_3 -> VERSION_3;
            case ENGINE_IO_3_BASE64 -> VERSION_3_BASE64;
            case ENGINE_IO, PLAIN -> VERSION_4;
        };
    }

    Framing messages() {
        return messages;
    }

    /** Whether a request may have a body of bytes. */
    boolean takesBytes() {
        return messages != Framing.ENGINE_IO && jsonp == null;
    }

    /**
     * Reads the body of a request.
     *
     * @param bytes whether it is one of bytes rather than text
     * @throws WireException when it is no payload
     */
    List<EnginePacket> read(byte[] body, boolean bytes) {
        if (bytes) {
            return EngineIo3.decodeBinaryPayload(body);
        }
        byte[] payload = jsonp == null ? body : Jsonp.unwrap(body);
        if (!Utf8.isValid(payload)) {
            throw new WireException(Reason.MALFORMED, "UTF-8 expected");
        }
        return messages == Framing.ENGINE_IO ? EnginePacket.decodePayload(payload) : EngineIo3.decodePayload(payload);
    }

    /** Writes a payload of Engine.IO 3 as the body of an answer. */
    byte[] write(List<EnginePacket> packets) {
        return wrap(EngineIo3.encodePayload(packets, messages == Framing.ENGINE_IO_3_BASE64));
    }

    /** The body of an answer with this payload. */
    byte[] wrap(byte[] payload) {
        return jsonp == null ? payload : jsonp.wrap(payload);
    }
}
