package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.json.EnvelopeDialect;
import io.maru.wire.msgpack.MsgpackDialect;
import io.maru.wire.msgpack.MsgpackEnvelopeDialect;
import io.maru.wire.socketio.SocketIoDialect;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DialectsTest {

    private static final Map<Class<? extends Packet>, Packet> ONE_OF_EACH = Map.of(
            Packet.Connect.class, new Packet.Connect("/", Json.of("{}")),
            Packet.ConnectError.class, new Packet.ConnectError("/", "no", null),
            Packet.Disconnect.class, new Packet.Disconnect("/"),
            Packet.Event.class, new Packet.Event("/", "e", Payload.empty(), 1),
            Packet.Ack.class, new Packet.Ack("/", 1, Payload.empty()),
            Packet.Failure.class, new Packet.Failure("/", "bad"));

    // what it has no words for: opening and closing say it, or nothing does
    private static final Map<String, Set<Class<? extends Packet>>> SILENT = Map.of(
            "socket.io", Set.of(Packet.Failure.class),
            "socket.io-2", Set.of(Packet.Failure.class),
            "json", Set.of(Packet.Connect.class, Packet.Disconnect.class),
            "socket.io-msgpack", Set.of(Packet.Failure.class),
            "msgpack", Set.of(Packet.Connect.class, Packet.Disconnect.class));

    static List<Dialect> dialects() {
        return List.of(
                new SocketIoDialect(WireLimits.DEFAULTS, JsonCodec.standard()),
                SocketIoDialect.ofProtocol4(WireLimits.DEFAULTS, JsonCodec.standard()),
                new EnvelopeDialect(WireLimits.DEFAULTS, JsonCodec.standard()),
                new MsgpackDialect(WireLimits.DEFAULTS, JsonCodec.standard()),
                new MsgpackEnvelopeDialect(WireLimits.DEFAULTS, JsonCodec.standard()));
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void handleEveryKindOfPacket(Dialect dialect) {
        Set<Class<? extends Packet>> silent = SILENT.getOrDefault(dialect.name(), Set.of());
        for (Class<?> kind : Packet.class.getPermittedSubclasses()) {
            Packet packet = ONE_OF_EACH.get(kind);
            assertThat(packet).as("an example of %s", kind).isNotNull();
            if (packet != null) {
                assertThat(dialect.encode(packet) == null)
                        .as("%s says nothing of %s", dialect.name(), packet)
                        .isEqualTo(silent.contains(kind));
            }
        }
    }

    @Test
    void haveNamesOfTheirOwn() {
        assertThat(dialects()).extracting(Dialect::name).doesNotHaveDuplicates();
        assertThat(Arrays.asList(Packet.class.getPermittedSubclasses())).hasSameSizeAs(ONE_OF_EACH.keySet());
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void giveEachConnectionADecoderOfItsOwn(Dialect dialect) {
        assertThat(dialect.newDecoder("/")).isNotSameAs(dialect.newDecoder("/"));
        assertThat(dialect.newDecoder("/").isWaiting()).isFalse();
    }

    @Test
    void differInWhatARefusalMeans() {
        assertThat(dialects()).extracting(Dialect::closesOnError).containsExactly(true, true, false, true, false);
    }
}
