package io.maru.server.engine;

import io.maru.wire.Clock;
import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import io.maru.wire.Utf8Buffer;
import io.maru.wire.engineio.EnginePacket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packets of a server other than messages, ready to be sent with {@link Encoded.Framing#PLAIN}. */
final class Packets {

    static final Encoded CLOSE = Encoded.text("1");
    static final Encoded PING = Encoded.text("2");
    static final Encoded PONG = Encoded.text("3");
    static final Encoded PROBE_ANSWER = Encoded.text("3probe");
    static final Encoded NOOP = Encoded.text("6");

    private Packets() {}

    /** The <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#handshake">handshake</a>. */
    static Encoded open(String id, boolean upgradable, EngineOptions options) {
        Utf8Buffer out = Encoded.newText(160);
        out.append(EnginePacket.Type.OPEN.digit());
        out.append("{\"sid\":");
        out.append(JsonCodec.quote(id));
        out.append(
                upgradable ? ",\"upgrades\":[\"websocket\"],\"pingInterval\":" : ",\"upgrades\":[],\"pingInterval\":");
        out.append(millis(options.pingInterval()));
        out.append(",\"pingTimeout\":");
        out.append(millis(options.pingTimeout()));
        out.append(",\"maxPayload\":");
        out.append(options.maxHttpBufferSize());
        out.append('}');
        return Encoded.of(out, List.of());
    }

    // a timer of JavaScript that is set to the sum of both, and to more than 31 bits, is due at once
    private static long millis(Duration time) {
        return Math.min(TimeUnit.NANOSECONDS.toMillis(Clock.nanos(time)), Integer.MAX_VALUE / 2);
    }
}
