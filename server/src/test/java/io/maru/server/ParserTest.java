package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Parser;
import io.maru.wire.Payload;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Parsers of the application's own in the place of Socket.IO's. */
class ParserTest extends ServerFixture {

    /** Words and JSON: {@code event <namespace> <id> <name> <arguments>}. What is to fail fails. */
    private record Words(WireLimits limits, JsonCodec codec) implements Dialect {

        @Override
        public String name() {
            return "words";
        }

        @Override
        public boolean closesOnError() {
            return true;
        }

        @Override
        public @Nullable Encoded encode(Packet packet) {
            if (packet instanceof Packet.Event event) {
                if (event.name().equals("unspeakable")) {
                    throw new IllegalStateException("no words for it");
                }
                String id = event.ackId() == Packet.NO_ACK ? "-" : Long.toString(event.ackId());
                return say("event", event.namespace(), id, event.name(), event.args());
            } else if (packet instanceof Packet.Ack ack) {
                return say("answer", ack.namespace(), ack.ackId(), ack.args());
            } else if (packet instanceof Packet.Connect connect) {
                return say("in", connect.namespace(), Objects.requireNonNull(connect.data()));
            } else if (packet instanceof Packet.ConnectError error) {
                return say("refused", error.namespace(), error.message());
            } else if (packet instanceof Packet.Disconnect) {
                return say("out", packet.namespace());
            }
            return null;
        }

        private static Encoded say(Object... words) {
            return Encoded.text(String.join(
                    " ", List.of(words).stream().map(String::valueOf).toList()));
        }

        @Override
        public PacketDecoder newDecoder(String namespace) {
            return new Decoder(limits, codec);
        }

        private record Decoder(WireLimits limits, JsonCodec codec) implements PacketDecoder {

            @Override
            public @Nullable Packet text(byte[] utf8, int from) {
                String[] words = new String(utf8, from, utf8.length - from, StandardCharsets.UTF_8).split(" ", 5);
                return switch (words[0]) {
                    case "enter" -> new Packet.Connect(words[1], Json.of(words[2]));
                    case "leave" -> new Packet.Disconnect(words[1]);
                    case "event" ->
                        new Packet.Event(
                                words[1],
                                words[3],
                                args(words[4]),
                                words[2].equals("-") ? Packet.NO_ACK : Long.parseLong(words[2]));
                    case "answer" -> new Packet.Ack(words[1], Long.parseLong(words[2]), args(words[3]));
                    case "wait" -> null;
                    default -> throw new WireException(Reason.MALFORMED, "a word that is known expected");
                };
            }

            private Payload args(String array) {
                Json json = codec.parse(array.getBytes(StandardCharsets.UTF_8), limits);
                return codec.encode(json.elements().toArray());
            }

            @Override
            public @Nullable Packet binary(byte[] data) {
                return text(data, 0);
            }

            @Override
            public boolean isWaiting() {
                return false;
            }
        }
    }

    private MaruServer serveWords() {
        MaruServer server = serve(options -> options.parser(Words::new));
        server.onConnection(socket -> {
            socket.join("r");
            socket.on("echo", event -> {
                socket.emit("echo", event.args());
                event.ack().send(event.args());
            });
            socket.on("say", event -> server().to("r").emit("said", event.args()));
            socket.on("unspeakable", event -> {
                server().to("r").emit("unspeakable", 1);
                server().to("r").emit("said", 2);
            });
            socket.on(
                    "ask-me",
                    event -> socket.request("ask", event.args()).thenAccept(answer -> socket.emit("asked", answer)));
            socket.on("leave-me", event -> socket.disconnect());
        });
        server.of("/refused").use(socket -> {
            throw new ConnectRefusedException("no");
        });
        return start();
    }

    private WireClient inWords() {
        WireClient client = engineIo();
        String answer = client.send("4enter / {\"token\":1}").text();
        assertThat(answer).matches("4in / \\{\"sid\":\"[A-Za-z0-9_-]{20}\"}");
        return client.send("4event / 99 fence []").expect("4answer / 99 []"); // it has joined its room
    }

    @Test
    void speaksAndUnderstandsAnotherNotation() {
        serveWords();
        WireClient client = inWords();
        client.send("4event / - echo [1,{\"a\":[]}]").expect("4event / - echo [1,{\"a\":[]}]");
        client.send("4event / 7 echo [\"x\"]").expect("4event / - echo [\"x\"]", "4answer / 7 [\"x\"]");
        client.send("4event / - ask-me [2]").expect("4event / 0 ask [2]");
        client.send("4answer / 0 [\"two\"]").expect("4event / - asked [\"two\"]");
        client.send("4enter /refused {}").expect("4refused /refused no");
        client.send("4enter /nowhere {}").expect("4refused /nowhere Invalid namespace");
        client.send("event / - echo [3]".getBytes(StandardCharsets.UTF_8)).expect("4event / - echo [3]");
        client.send("4event / - leave-me []").expect("4out /");
    }

    @Test
    void sharesItsRoomsWithPlainClients() {
        serveWords();
        WireClient client = inWords();
        WireClient plain = plain();
        fencePlain(plain);
        plain.send("{\"type\":\"say\",\"text\":\"Hi\"}").expect("{\"type\":\"said\",\"text\":\"Hi\"}");
        client.expect("4event / - said [{\"text\":\"Hi\"}]");
        client.send("4event / - say [1]").expect("4event / - said [1]");
        plain.expect("{\"type\":\"said\",\"args\":[1]}");
    }

    @Test
    void isMadeOnceAndToldTheLimits() {
        List<WireLimits> made = new ArrayList<>();
        JsonCodec codec = new JsonCodec(new JsonMapper());
        serve(options -> options.maxAttachments(3)
                .maxJsonDepth(4)
                .codec(codec)
                .engine(engine -> engine.maxHttpBufferSize(5))
                .parser((limits, given) -> {
                    assertThat(given).isSameAs(codec);
                    made.add(limits);
                    return new Words(limits, given);
                }));
        start();
        engineIo();
        engineIo();
        assertThat(made).singleElement().satisfies(limits -> {
            assertThat(limits.maxBytes()).isEqualTo(5);
            assertThat(limits.maxAttachments()).isEqualTo(3);
            assertThat(limits.maxDepth()).isEqualTo(4);
        });
        assertThatThrownBy(() -> MaruServer.create(options -> options.parser(nothing())))
                .isInstanceOf(NullPointerException.class);
    }

    @SuppressWarnings("NullAway") // what a caller without checks can do
    private static Parser nothing() {
        return (limits, codec) -> null;
    }

    @Test
    void closesWhatItRefuses() {
        serveWords();
        WireClient client = inWords();
        assertThat(client.send("4what is this").closed()).isEqualTo(1005);
        assertThat(server().stats().refusedPackets()).isEqualTo(1);
    }

    @Test
    void closesAndReportsWhatItStumblesOver() {
        serveWords();
        WireClient client = inWords();
        assertThat(client.send("4enter").closed()).isEqualTo(1005);
        assertThat(theError()).isInstanceOf(ArrayIndexOutOfBoundsException.class);
        assertThat(server().stats().refusedPackets()).isEqualTo(1);
        inWords();
    }

    @Test
    void keepsNobodyElseFromAMessageThatItCannotWrite() {
        serveWords();
        WireClient client = inWords();
        WireClient plain = plain();
        fencePlain(plain);
        WireClient other = inWords();
        client.send("4event / - unspeakable []");
        plain.expect("{\"type\":\"unspeakable\",\"args\":[1]}", "{\"type\":\"said\",\"args\":[2]}");
        client.expect("4event / - said [2]");
        other.expect("4event / - said [2]");
        assertThat(theError()).hasMessage("no words for it");
    }

    @Test
    void isSocketIosOwnUnlessSet() {
        serve().onConnection(socket -> socket.emit("hi", Map.of()));
        start();
        assertThat(engineIo().send("40").text()).startsWith("40{");
    }
}
