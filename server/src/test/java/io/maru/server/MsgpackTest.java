package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.msgpack.MsgpackDialect;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MessagePack on the wire: as Socket.IO's parser, and as a subprotocol of plain clients. */
class MsgpackTest extends ServerFixture {

    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol: maru.msgpack";

    // {"type":"join"}
    private static final String JOIN = "81a474797065a46a6f696e";

    private void serveRooms(MaruServer server) {
        server.onConnection(socket -> {
            socket.on("join", event -> {
                socket.join("r");
                event.ack().send();
            });
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("say", event -> socket.to("r").emit("said", event.args()));
            socket.on("length", event -> {
                byte[] bytes = event.get(0, byte[].class);
                event.ack().send(bytes == null ? -1 : bytes.length);
            });
            socket.on(
                    "ask-me",
                    event -> socket.request("ask", event.args()).thenAccept(answer -> socket.emit("asked", answer)));
        });
        start();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String hex(WireClient client) {
        return HexFormat.of().formatHex(client.bytes());
    }

    // ---- the envelope

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            maru.msgpack            | maru.msgpack
            maru.json, maru.msgpack | maru.msgpack
            maru.msgpack,x          | maru.msgpack
            maru.json               | maru.json
            """)
    void isChosenWhereItIsOffered(String offered, String chosen) {
        serveRooms(serve());
        WireClient client = plain("/", "Sec-WebSocket-Protocol: " + offered);
        assertThat(client.head()).contains("Sec-WebSocket-Protocol: " + chosen + "\r\n");
    }

    @Test
    void carriesEventsAndAnswersWithBytesInThem() {
        serveRooms(serve());
        WireClient client = plain("/", SUBPROTOCOL);
        // {"type":"echo","messageId":7,"a":<01>,"b":[<>,null]}
        client.send(bytes("84a474797065a46563686fa96d657373616765496407a161c40101a16292c400c0"));
        // {"type":"callback","messageId":7,"data":{"a":<01>,"b":[<>,null]}}
        assertThat(hex(client))
                .isEqualTo("83a474797065a863616c6c6261636ba96d657373616765496407a46461746182a161c40101a16292c400c0");
        // {"type":"length","messageId":8,"args":[<000000>]}
        client.send(bytes("83a474797065a66c656e677468a96d657373616765496408a46172677391c403000000"));
        assertThat(hex(client)).isEqualTo("83a474797065a863616c6c6261636ba96d657373616765496408a46461746103");
        // {"type":"ask-me","args":[1]}: the server asks, and is answered
        client.send(bytes("82a474797065a661736b2d6d65a46172677391" + "01"));
        assertThat(hex(client)).isEqualTo("83a474797065a361736ba96d657373616765496400a4617267739101");
        client.send(bytes("83a474797065a863616c6c6261636ba96d657373616765496400a464617461c40109"));
        assertThat(hex(client)).isEqualTo("82a474797065a561736b6564a46172677391c40109");
    }

    @Test
    void answersWhatItCannotRead() {
        serveRooms(serve());
        WireClient client = plain("/", SUBPROTOCOL);
        String invalid = "81a56572726f72b3496e76616c6964204d6573736167655061636b";
        client.send("{\"type\":\"echo\",\"messageId\":1}");
        assertThat(hex(client)).isEqualTo(invalid);
        for (String broken : List.of("", "c1", "93010203", "82a474797065a161", JOIN + "00")) {
            client.send(bytes(broken));
            assertThat(hex(client)).isEqualTo(invalid);
        }
        // {"type":"dance","messageId":2}
        client.send(bytes("82a474797065a564616e6365a96d657373616765496402"));
        assertThat(hex(client)).isEqualTo("81a56572726f72b4556e6b6e6f776e206d6573736167652074797065");
        assertThat(hex(client))
                .isEqualTo("83a474797065a863616c6c6261636ba96d657373616765496402a464617461"
                        + "81a56572726f72b4556e6b6e6f776e206d6573736167652074797065");
        client.send(bytes("82a474797065a161a162" + "91".repeat(600)));
        assertThat(hex(client)).isEqualTo("81a56572726f72bd4d65737361676520746f6f206c61726765206f7220746f6f2064656570");
        assertThat(server().stats().refusedPackets()).isEqualTo(7);
    }

    @Test
    void asksForTheFirstMessageLikeText() {
        serveRooms(serve(options -> options.plainAuth(PlainAuth.FIRST_MESSAGE)));
        WireClient client = plain("/", SUBPROTOCOL);
        client.send(bytes(JOIN));
        assertThat(hex(client)).isEqualTo("81a56572726f72ae4e6f7420617574686f72697a6564");
        // {"type":"auth","messageId":3,"token":<01>}
        client.send(bytes("83a474797065a461757468a96d657373616765496403a5746f6b656ec40101"));
        assertThat(hex(client))
                .isEqualTo("83a474797065a863616c6c6261636ba96d657373616765496403a46461746181a773756363657373c3");
    }

    // ---- rooms

    /** Notes what is written. */
    private record Noting(Dialect dialect, Queue<String> written) implements Dialect {
        @Override
        public String name() {
            return dialect.name();
        }

        @Override
        public @Nullable Encoded encode(Packet packet) {
            if (packet instanceof Packet.Event event && event.name().equals("said")) {
                written.add(name());
            }
            return dialect.encode(packet);
        }

        @Override
        public PacketDecoder newDecoder(String namespace) {
            return dialect.newDecoder(namespace);
        }

        @Override
        public boolean closesOnError() {
            return dialect.closesOnError();
        }
    }

    @Test
    void standsInARoomWithTheOthersAndIsWrittenOnce() {
        Queue<String> written = new ConcurrentLinkedQueue<>();
        serveRooms(serve(options -> {}, dialect -> new Noting(dialect, written)));
        WireClient[] packed = {plain("/", SUBPROTOCOL), plain("/", SUBPROTOCOL)};
        WireClient text = plain("/", "Sec-WebSocket-Protocol: maru.json");
        WireClient socketIo = socketIo();
        for (WireClient client : packed) {
            // {"type":"join","messageId":1}, and its answer
            client.send(bytes("82" + JOIN.substring(2) + "a96d657373616765496401"));
            assertThat(hex(client)).isEqualTo("82a474797065a863616c6c6261636ba96d657373616765496401");
        }
        text.send("{\"type\":\"join\",\"messageId\":1}").expect("{\"type\":\"callback\",\"messageId\":1}");
        socketIo.send("421[\"join\"]").expect("431[]");

        // {"type":"say","data":<0102ff>,"n":1.5}
        packed[0].send(bytes("83a474797065a3736179a464617461c4030102ffa16ecb3ff8000000000000"));
        assertThat(hex(packed[1])).isEqualTo("83a474797065a473616964a464617461c4030102ffa16ecb3ff8000000000000");
        text.expect("{\"type\":\"said\",\"data\":\"AQL/\",\"n\":1.5}");
        socketIo.expect("451-[\"said\",{\"data\":{\"_placeholder\":true,\"num\":0},\"n\":1.5}]");
        assertThat(socketIo.bytes()).containsExactly(1, 2, 0xff);
        assertThat(written).containsExactlyInAnyOrder("msgpack", "json", "socket.io");

        socketIo.send("451-[\"say\",{\"_placeholder\":true,\"num\":0}]").send(new byte[] {5});
        for (WireClient client : packed) {
            assertThat(hex(client)).isEqualTo("82a474797065a473616964a46172677391c40105");
        }
        text.expect("{\"type\":\"said\",\"args\":[\"BQ==\"]}");
        assertThat(written)
                .as("the Socket.IO client is alone with its dialect, and excepted")
                .hasSize(5);
    }

    @Test
    void hasASessionToComeBackTo() {
        serveRooms(serve(options -> options.recovery(RecoveryOptions.DEFAULTS)));
        String offered = "Sec-WebSocket-Protocol: maru.msgpack.session, maru.msgpack";
        WireClient first = plain("/", offered);
        assertThat(first.head()).contains("Sec-WebSocket-Protocol: maru.msgpack.session\r\n");
        // {"type":"session"}
        String session = hex(first.send(bytes("81a474797065a773657373696f6e")));
        // {"type":"session","id":…,"offset":…,"recovered":false}
        Matcher said = Pattern.compile(
                        "84a474797065a773657373696f6e(a26964b4[0-9a-f]{40}a66f6666736574[ab][0-9a-f]+)a97265636f7665726564c2")
                .matcher(session);
        assertThat(said.matches()).as(session).isTrue();
        // {"type":"join","messageId":1}, and its answer
        first.send(bytes("82" + JOIN.substring(2) + "a96d657373616765496401"));
        assertThat(hex(first)).isEqualTo("82a474797065a863616c6c6261636ba96d657373616765496401");
        first.close();
        await().until(() -> server().main().sockets().isEmpty());
        server().to("r").emit("n", (Object) new byte[] {1, 2});
        server().to("r").emit("n", Map.of("offset", 3));

        WireClient back = plain("/", offered);
        back.send(bytes("83a474797065a773657373696f6e" + said.group(1)));
        assertThat(hex(back)).isEqualTo("84a474797065a773657373696f6e" + said.group(1) + "a97265636f7665726564c3");
        assertThat(hex(back)).matches("83a474797065a16ea66f6666736574[ab][0-9a-f]+a46172677391c4020102");
        assertThat(hex(back)).matches("83a474797065a16ea66f6666736574[ab][0-9a-f]+a4617267739181a66f666673657403");
    }

    // ---- Socket.IO's parser

    private void serveMsgpack() {
        MaruServer server = serve(options -> options.parser(MsgpackDialect::new));
        server.of("/refused").use(socket -> {
            throw new ConnectRefusedException("no", Map.<String, Object>of("code", 1));
        });
        serveRooms(server);
    }

    private WireClient connected() {
        WireClient client = engineIo();
        client.send(bytes("82a47479706500a36e7370a12f"));
        assertThat(hex(client)).matches("83a47479706500a46461746181a3736964b4[0-9a-f]{40}a36e7370a12f");
        return client;
    }

    @Test
    void isTheParserOfAllSocketIoClientsWhereTheOptionsSaySo() {
        serveMsgpack();
        WireClient client = connected();
        // EVENT ["echo",{"b":<0102>}], id 5
        client.send(bytes("84a47479706502a46461746192a46563686f81a162c4020102a36e7370a12fa2696405"));
        assertThat(hex(client)).isEqualTo("84a47479706503a4646174619181a162c4020102a36e7370a12fa2696405");
        // EVENT ["ask-me"]: the server asks, and is answered
        client.send(bytes("83a47479706502a46461746191a661736b2d6d65a36e7370a12f"));
        assertThat(hex(client)).isEqualTo("84a47479706502a46461746191a361736ba36e7370a12fa2696400");
        client.send(bytes("84a47479706503a46461746191a178a36e7370a12fa2696400"));
        assertThat(hex(client)).isEqualTo("83a47479706502a46461746192a561736b6564a178a36e7370a12f");
        // CONNECT to /refused, and to /nowhere
        client.send(bytes("82a47479706500a36e7370a82f72656675736564"));
        assertThat(hex(client))
                .isEqualTo("83a47479706504a46461746182a76d657373616765a26e6fa46461746181a4636f646501"
                        + "a36e7370a82f72656675736564");
        client.send(bytes("82a47479706500a36e7370a82f6e6f7768657265"));
        assertThat(hex(client))
                .isEqualTo("83a47479706504a46461746181a76d657373616765b1496e76616c6964206e616d657370616365"
                        + "a36e7370a82f6e6f7768657265");
        // DISCONNECT, after which the namespace is not there any more
        client.send(bytes("82a47479706501a36e7370a12f"));
        client.send(bytes("83a47479706502a46461746191a46563686fa36e7370a12f"));
        assertThat(client.closed()).isEqualTo(1005);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c1",
                "90",
                "82a47479706505a36e7370a12f",
                "83a47479706502a464617461c0a36e7370a12f",
                "83a47479706502a464617461dd7fffffffa36e7370a12f",
                "83a47479706504a464617461a0a36e7370a12f"
            })
    void closesWhatItCannotRead(String hex) {
        serveMsgpack();
        WireClient client = connected();
        client.send(bytes(hex));
        assertThat(client.closed()).isEqualTo(1005);
        assertThat(server().stats().refusedPackets()).isEqualTo(1);
    }

    @Test
    void closesTextWhereItIsTheParser() {
        serveMsgpack();
        assertThat(engineIo().send("40").closed()).isEqualTo(1005);
    }
}
