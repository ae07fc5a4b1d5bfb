package io.maru.server;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import io.maru.wire.msgpack.MsgpackDialect;
import io.maru.wire.socketio.SocketIoDialect;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a server speaks with Socket.IO clients. */
final class Dialects {

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
                ? SocketIoDialect.ofProtocol4(
                        options.limits(options.engine().maxHttpBufferSize()), options.codec())
                : dialect;
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
