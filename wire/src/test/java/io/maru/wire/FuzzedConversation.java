package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.json.EnvelopeDialect;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client may say over one connection, for the fuzz tests: messages between bytes 1e, of which those that begin
 * with {@code b} are binary. A decoder may refuse any of them, by a {@link WireException}; what it takes must be fit for
 * all that is done with packets.
 */
public final class FuzzedConversation {

    // what is written again may be a little longer and deeper than what was read
    private static final WireLimits ROOMY = new WireLimits(10_000_000, 10, 520, 1_000, 256);

    private FuzzedConversation() {}

    public static void hold(Dialect dialect, Dialect roomy, byte[] data) {
        PacketDecoder decoder = dialect.newDecoder("/");
        int from = 0;
        for (int i = 0; i <= data.length; i++) {
            if (i == data.length || data[i] == 0x1e) {
                if (!take(decoder, Arrays.copyOfRange(data, from, i), dialect, roomy)) {
                    return;
                }
                from = i + 1;
            }
        }
    }

    private static boolean take(PacketDecoder decoder, byte[] message, Dialect dialect, Dialect roomy) {
        boolean binary = message.length > 0 && message[0] == 'b';
        if (!binary && !Utf8.isValid(message)) {
            return false; // no transport lets it through
        }
        Packet packet;
        try {
            packet = binary ? decoder.binary(Arrays.copyOfRange(message, 1, message.length)) : decoder.text(message);
        } catch (WireException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return !dialect.closesOnError();
        }
        if (packet != null) {
            survives(packet, roomy);
        }
        return true;
    }

    /** What a decoder took must be fit for all that is done with packets. */
    public static void survives(Packet packet, Dialect roomy) {
        survivesItsOwnDialect(packet, roomy);
        survivesTheEnvelope(packet);
        survivesBinding(packet);
    }

    private static void survivesItsOwnDialect(Packet packet, Dialect roomy) {
        Packet again = Vectors.read(roomy.newDecoder("/"), encode(packet, roomy));
        assertThat(Vectors.squeezed(again)).isEqualTo(Vectors.squeezed(packet));
        assertThat(Vectors.attachments(again)).containsExactlyElementsOf(Vectors.attachments(packet));
    }

    private static void survivesTheEnvelope(Packet packet) {
        EnvelopeDialect envelope = new EnvelopeDialect(ROOMY, JsonCodec.standard());
        if (packet instanceof Packet.Event event && JsonCodec.quote(event.name()).length <= ROOMY.maxNameLength()) {
            Packet received = Vectors.read(envelope.newDecoder("/"), encode(packet, envelope));
            if (!event.name().equals("callback")) {
                assertThat(received).isInstanceOf(Packet.Event.class);
            }
        } else if (packet instanceof Packet.Ack) {
            assertThat(Vectors.read(envelope.newDecoder("/"), encode(packet, envelope)))
                    .isInstanceOf(Packet.Ack.class);
        }
    }

    private static void survivesBinding(Packet packet) {
        Payload args = packet instanceof Packet.Event event
                ? event.args()
                : packet instanceof Packet.Ack ack ? ack.args() : Payload.empty();
        List<Json> values = args.values();
        assertThat(values).hasSize(args.size());
        for (int i = 0; i < values.size(); i++) {
            Json value = values.get(i);
            assertThat(args.get(i)).isEqualTo(value);
            assertThat(value.bytes() != null).isEqualTo(value.kind() == Json.Kind.BINARY);
            for (Class<?> type : List.of(Object.class, Bean.class, byte[].class, String.class)) {
                Object bound;
                try {
                    bound = value.as(type);
                } catch (WireException e) {
                    continue;
                }
                if (bound instanceof Bean bean) {
                    Json a = value.get("a");
                    assertThat(bean.a()).hasToString(a == null ? "null" : a.toString());
                }
            }
        }
        // with other numbers if it has attachments, and else the same text
        Payload renumbered = JsonCodec.standard().encode(values.toArray());
        assertThat(renumbered.size()).isEqualTo(args.size());
        if (args.attachments().isEmpty()) {
            assertThat(renumbered.values()).isEqualTo(values);
        }
    }

    record Bean(@Nullable Json a, @Nullable Object b) {}

    private static Encoded encode(Packet packet, Dialect dialect) {
        return Objects.requireNonNull(dialect.encode(packet), packet.toString());
    }

    public static WireLimits roomy() {
        return ROOMY;
    }
}
