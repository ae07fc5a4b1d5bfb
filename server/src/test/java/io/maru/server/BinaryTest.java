package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bytes in arguments, both ways and from one kind of client to the other. */
class BinaryTest extends ServerFixture {

    @BeforeEach
    void serveBytes() {
        serve().onConnection(socket -> {
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("back", event -> socket.emit("back", event.args()));
            socket.on("relay", event -> socket.broadcast().emit("relay", event.args()));
            socket.on("mixed", event -> {
                Map<String, Object> object = new TreeMap<>();
                object.put("a", new byte[] {1, 2});
                object.put("b", List.of(new byte[] {3}, "x"));
                object.put("n", 1);
                socket.emit("mixed", object, new byte[0], "end");
            });
            socket.on(
                    "ask",
                    event -> socket.request("question", new byte[] {7})
                            .thenAccept(answer -> socket.emit("answered", answer)));
        });
        start();
    }

    @Test
    void goAndComeByteForByteInOrder() {
        WireClient client = socketIo();
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        client.send(
                        "452-7[\"echo\",{\"a\":{\"_placeholder\":true,\"num\":0}},[1,{\"num\":1,\"_placeholder\":true}],null]")
                .send(all)
                .send(new byte[0]);
        client.expect("462-7[{\"a\":{\"_placeholder\":true,\"num\":0}},[1,{\"num\":1,\"_placeholder\":true}],null]");
        assertThat(client.bytes()).isEqualTo(all);
        assertThat(client.bytes()).isEmpty();
        fence(client);
    }

    @Test
    void standBesideOtherArguments() {
        WireClient client = socketIo();
        client.send("42[\"mixed\"]")
                .expect("453-[\"mixed\",{\"a\":{\"_placeholder\":true,\"num\":0},"
                        + "\"b\":[{\"_placeholder\":true,\"num\":1},\"x\"],\"n\":1},"
                        + "{\"_placeholder\":true,\"num\":2},\"end\"]");
        assertThat(client.bytes()).containsExactly(1, 2);
        assertThat(client.bytes()).containsExactly(3);
        assertThat(client.bytes()).isEmpty();
    }

    @Test
    void areNoBytesInAPacketWithoutAttachments() {
        WireClient client = socketIo();
        client.send("42[\"back\",{\"_placeholder\":true,\"num\":0}]")
                .expect("42[\"back\",{\"_placeholder\":true,\"num\":0}]");
    }

    @Test
    void areTakenUpToTheLimitOfAttachments() {
        WireClient client = socketIo();
        StringBuilder packet = new StringBuilder("4510-1[\"echo\"");
        for (int i = 0; i < 10; i++) {
            packet.append(",{\"_placeholder\":true,\"num\":").append(i).append('}');
        }
        client.send(packet.append(']').toString());
        for (int i = 0; i < 10; i++) {
            client.send(new byte[] {(byte) i});
        }
        assertThat(client.text()).startsWith("4610-1[{\"_placeholder\":true,\"num\":0},");
        for (int i = 0; i < 10; i++) {
            assertThat(client.bytes()).containsExactly(i);
        }
    }

    @Test
    void areAnsweredToQuestions() {
        WireClient client = socketIo();
        client.send("42[\"ask\"]").expect("451-0[\"question\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(client.bytes()).containsExactly(7);
        client.send("461-0[{\"_placeholder\":true,\"num\":0}]").send(new byte[] {8, 9});
        client.expect("451-[\"answered\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(client.bytes()).containsExactly(8, 9);
    }

    @Test
    void reachPlainClientsAsBase64AndComeBackSo() {
        WireClient client = socketIo();
        WireClient plain = plain();
        fencePlain(plain);
        client.send("451-[\"relay\",{\"file\":{\"_placeholder\":true,\"num\":0}}]")
                .send(new byte[] {0, 1, 2, -1});
        plain.expect("{\"type\":\"relay\",\"file\":\"AAEC/w==\"}");
        client.send("451-[\"relay\",{\"_placeholder\":true,\"num\":0}]").send(new byte[] {1});
        plain.expect("{\"type\":\"relay\",\"args\":[\"AQ==\"]}");
        plain.send("{\"type\":\"relay\",\"file\":\"AAEC/w==\"}");
        client.expect("42[\"relay\",{\"file\":\"AAEC/w==\"}]");
    }

    @Test
    void reachManyByteForByte() {
        WireClient[] clients = new WireClient[20];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = socketIo();
        }
        fence(clients);
        byte[] large = new byte[100_000];
        new Random(1).nextBytes(large);
        server().main().emit("b", large, 1);
        for (WireClient client : clients) {
            client.expect("451-[\"b\",{\"_placeholder\":true,\"num\":0},1]");
            assertThat(client.bytes()).isEqualTo(large);
        }
    }
}
