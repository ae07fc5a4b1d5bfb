package io.maru.wire;

/**
 * What Socket.IO calls a parser: a notation of packets that takes the place of Socket.IO's own. Both sides must use the same
 * one. The default is {@link io.maru.wire.socketio.SocketIoDialect}; {@link io.maru.wire.msgpack.MsgpackDialect} is
 * MessagePack.
 *
 * <p>The {@link Dialect} that it makes is a server's encoder, one for all connections, and gives each connection a
 * decoder of its own.
 */
@FunctionalInterface
public interface Parser {

    /**
     * Makes the dialect; called once by each server.
     *
     * @param limits what its decoders may take at the most; they have to see to it themselves
     * @param codec makes arguments of Java objects, with {@link JsonCodec#encode}, and binds them to types
     * @return the dialect
     */
    Dialect dialect(WireLimits limits, JsonCodec codec);
}
