package io.maru.server;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import io.maru.wire.json.EnvelopeDialect;
import io.maru.wire.msgpack.MsgpackDialect;
import io.maru.wire.msgpack.MsgpackEnvelopeDialect;
import io.maru.wire.socketio.SocketIoDialect;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a server speaks: a dialect with Socket.IO clients, and one for each subprotocol with plain ones. */
final class Dialects {

    private static final String JSON = "maru.json";
    private static final String MSGPACK = "maru.msgpack";
    private static final String WITH_SESSIONS = ".session";

    private Dialects() {}

    /** The dialect of the options' parser; the failures of one that is not ours are reported. */
    static Dialect socketIo(ServerOptions options, Consumer<Throwable> failures) {
        WireLimits limits = options.limits(options.engine().maxHttpBufferSize());
        Dialect dialect = Objects.requireNonNull(options.parser().dialect(limits, options.codec()), "dialect");
        return dialect instanceof SocketIoDialect || dialect instanceof MsgpackDialect
                ? dialect
                : new Guarded(dialect, failures);
    }

    /** What clients of Socket.IO 2 are spoken to in, where others are in this: the same, unless it is Socket.IO's own. */
    static Dialect ofOlderClients(ServerOptions options, Dialect dialect) {
        return dialect instanceof SocketIoDialect
                ? SocketIoDialect.ofProtocol4(options.limits(options.engine().maxHttpBufferSize()), options.codec())
                : dialect;
    }

    /**
     * The envelope's dialects by subprotocol, the preferred one first. Those with sessions are there where sessions are kept.
     */
    static Map<String, Dialect> plain(ServerOptions options, UnaryOperator<Dialect> wrapper) {
        Map<String, Dialect> dialects = new LinkedHashMap<>();
        if (options.recovery() != null) {
            addPlain(dialects, WITH_SESSIONS, options, wrapper);
        }
        addPlain(dialects, "", options, wrapper);
        return dialects;
    }

    private static void addPlain(
            Map<String, Dialect> dialects, String suffix, ServerOptions options, UnaryOperator<Dialect> wrapper) {
        WireLimits limits = options.limits(options.plainMaxMessageBytes());
        boolean sessions = suffix.equals(WITH_SESSIONS);
        if (MsgpackDialect.isAvailable()) {
            Dialect msgpack = new MsgpackEnvelopeDialect(limits, options.codec(), sessions);
            dialects.put(MSGPACK + suffix, wrapper.apply(msgpack));
        }
        dialects.put(JSON + suffix, wrapper.apply(new EnvelopeDialect(limits, options.codec(), sessions)));
    }

    /** The one of these that a plain client gets for the subprotocol that was chosen, if one was. */
    static Dialect chosen(Map<String, Dialect> plain, @Nullable String subprotocol) {
        return Objects.requireNonNull(plain.get(subprotocol == null ? JSON : subprotocol));
    }

    /** Whether a plain client with this subprotocol says first which session it comes back to. */
    static boolean resumes(@Nullable String subprotocol) {
        return subprotocol != null && subprotocol.endsWith(WITH_SESSIONS);
    }

    /** A dialect of the application's, whose failures neither end a loop nor keep others from their messages. */
    private record Guarded(Dialect dialect, Consumer<Throwable> failures) implements Dialect {

        @Override
        public String name() {
            return dialect.name();
        }

        @Override
        public boolean closesOnError() {
            return dialect.closesOnError();
        }

        @Override
        public @Nullable Encoded encode(Packet packet) {
            try {
                return dialect.encode(packet);
            } catch (RuntimeException | StackOverflowError e) {
                failures.accept(e);
                return null;
            }
        }

        @Override
        public PacketDecoder newDecoder(String namespace) {
            return new GuardedDecoder(dialect.newDecoder(namespace), failures);
        }
    }

    /** What a decoder of the application's throws by mistake is a refusal. */
    private record GuardedDecoder(PacketDecoder decoder, Consumer<Throwable> failures) implements PacketDecoder {

        @Override
        public @Nullable Packet text(byte[] utf8, int from) {
            try {
                return decoder.text(utf8, from);
            } catch (WireException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError e) {
                throw refusal(e);
            }
        }

        @Override
        public @Nullable Packet binary(byte[] data) {
            try {
                return decoder.binary(data);
            } catch (WireException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError e) {
                throw refusal(e);
            }
        }

        @Override
        public boolean isWaiting() {
            return decoder.isWaiting();
        }

        private WireException refusal(Throwable failure) {
            failures.accept(failure);
            return new WireException(Reason.MALFORMED, "a message that the parser can read expected");
        }
    }
}
