package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Handlers that get their argument as a Java object. */
class TypedHandlerTest extends ServerFixture {

    record Chat(String roomId, @Nullable Object message) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Upload(String name, byte[] data) {}

    private final List<Object> heard = new CopyOnWriteArrayList<>();

    @BeforeEach
    void serveTypes() {
        serve().onConnection(socket -> {
            socket.on("chat", Chat.class, chat -> heard.add(chat));
            socket.on("text", String.class, (text, ack) -> ack.send(text + "!"));
            socket.on("number", Integer.class, (number, ack) -> ack.send(number + 1));
            socket.on("map", Map.class, (map, ack) -> ack.send(map));
            socket.on("json", Json.class, (json, ack) -> ack.send(json));
            socket.on("bytes", byte[].class, (bytes, ack) -> ack.send(bytes.length));
            socket.on("upload", Upload.class, (upload, ack) -> ack.send(upload.name() + upload.data().length));
            socket.on("bug", Chat.class, (chat, ack) -> {
                throw new IllegalStateException("a detail of the handler");
            });
        });
        start();
    }

    @Test
    void getRecords() {
        WireClient client = socketIo();
        WireClient plain = plain();
        client.send("42[\"chat\",{\"roomId\":\"r\",\"message\":[1]}]");
        client.send("42[\"chat\",{\"message\":null,\"roomId\":\"s\"},\"more\"]");
        fence(client);
        plain.send("{\"type\":\"chat\",\"roomId\":\"t\",\"message\":\"m\",\"messageId\":3}");
        fencePlain(plain);
        assertThat(heard).containsExactly(new Chat("r", List.of(1)), new Chat("s", null), new Chat("t", "m"));
    }

    @Test
    void getWhateverTheyAskFor() {
        WireClient client = socketIo();
        client.send("420[\"text\",\"a\"]").expect("430[\"a!\"]");
        client.send("421[\"number\",41]").expect("431[42]");
        client.send("422[\"map\",{\"a\":{\"b\":[]}}]").expect("432[{\"a\":{\"b\":[]}}]");
        client.send("423[\"json\",{ \"as\" : \"it is\" }]").expect("433[{ \"as\" : \"it is\" }]");
        client.send("451-4[\"bytes\",{\"_placeholder\":true,\"num\":0}]")
                .send(new byte[3])
                .expect("434[3]");
        client.send("425[\"bytes\",\"AAEC\"]").expect("435[3]");
        client.send("451-6[\"upload\",{\"name\":\"n\",\"data\":{\"_placeholder\":true,\"num\":0}}]")
                .send(new byte[5])
                .expect("436[\"n5\"]");
        fence(client);
    }

    @Test
    void areNotCalledWithWhatDoesNotFit() {
        WireClient client = socketIo();
        String secret = "a-secret-of-the-client";
        client.send(
                "42[\"chat\",\"" + secret + "\"]",
                "421[\"number\",\"" + secret + "\"]",
                "422[\"chat\",[{\"" + secret + "\":1}],2]",
                "423[\"text\"]",
                "424[\"text\",null]");
        fence(client);
        assertThat(heard).isEmpty();
        assertThat(errors).hasSize(5);
        assertThat(errors).allSatisfy(error -> assertThat(error).isInstanceOf(IllegalArgumentException.class));
        assertThat(errors.get(0)).hasMessageStartingWith("event \"chat\": ");
        assertThat(errors.get(1)).hasMessageStartingWith("event \"number\": ");
        assertThat(errors.get(3)).hasMessageStartingWith("event \"text\": ");
        for (Throwable error : errors) {
            for (Throwable e = error; e != null; e = e.getCause()) {
                assertThat(e.toString()).doesNotContain(secret);
            }
        }
        errors.clear();
    }

    @Test
    void tellAPlainClientThatItsPayloadIsInvalid() {
        WireClient plain = plain();
        plain.send("{\"type\":\"number\",\"n\":1}").expect("{\"error\":\"Invalid payload\"}");
        plain.send("{\"type\":\"chat\",\"roomId\":{},\"messageId\":-5}")
                .expect(
                        "{\"error\":\"Invalid payload\"}",
                        "{\"type\":\"callback\",\"messageId\":-5,\"data\":{\"error\":\"Invalid payload\"}}");
        plain.send("{\"type\":\"text\",\"args\":[]}").expect("{\"error\":\"Invalid payload\"}");
        fencePlain(plain);
        assertThat(errors).hasSize(3);
        errors.clear();
    }

    @Test
    void hideWhatTheyThrow() {
        WireClient plain = plain();
        plain.send("{\"type\":\"bug\",\"roomId\":\"r\",\"messageId\":5}")
                .expect(
                        "{\"error\":\"Internal error\"}",
                        "{\"type\":\"callback\",\"messageId\":5,\"data\":{\"error\":\"Internal error\"}}");
        assertThat(theError()).hasMessage("a detail of the handler");
        WireClient client = socketIo();
        client.send("425[\"bug\",{\"roomId\":\"r\"}]");
        fence(client);
        assertThat(theError()).hasMessage("a detail of the handler");
    }
}
