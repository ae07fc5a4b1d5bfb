package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends the whole connection of a Socket.IO client, while others go on. */
class ForcedCloseTest extends ServerFixture {

    private final List<DisconnectReason> reasons = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @BeforeEach
    void serveOne() {
        serve(options -> options.packetTimeout(Duration.ofSeconds(1))).onConnection(socket -> {
            socket.onDisconnect(reasons::add);
            socket.onAny(event -> heard.add(event.name()));
        });
        start();
    }

    private void closesForcibly(WireClient client, String what) {
        assertThat(client.closed()).as(what).isEqualTo(1005);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4", // an empty message
                "49",
                "47[\"x\"]",
                "4x",
                "42[",
                "42[\"x\"",
                "42[\"x\",]",
                "42[\"x\",oops]",
                "42[\"x\"]]",
                "42[\"x\"] trailing",
                "42{\"x\":1}",
                "42\"x\"",
                "42[]",
                "42[null]",
                "42[true]",
                "42[{}]",
                "42[[\"x\"]]",
                "42[\"connect\"]",
                "42[\"connect_error\"]",
                "42[\"disconnect\",1]",
                "42[\"disconnecting\"]",
                "42[\"newListener\"]",
                "421[\"removeListener\"]",
                "430{}",
                "430\"x\"",
                "430[1",
                "430[1]x",
                "41{}",
                "41[]",
                "44{\"message\":\"x\"}",
                "44",
                "40[]",
                "40/a,[]",
                "40/a,\"x\"",
                "40/a,null",
                "40/a,{",
                "42/nope,[\"x\"]",
                "41/nope,",
                "43/nope,1[]",
                "42/?,[\"x\"]",
                "4299999999999999999999[\"x\"]",
                "45[\"x\"]",
                "45-[\"x\"]",
                "450-[\"x\"]",
                "45-1-[\"x\"]",
                "451.5-[\"x\"]",
                "45x-[\"x\"]",
                "4511-[\"x\"]",
                "45999999999999999999999-[\"x\"]",
                "46-1[]",
                "460-1[]"
            })
    void forBrokenOrMisplacedPackets(String packet) {
        WireClient bystander = socketIo();
        WireClient client = socketIo();
        closesForcibly(client.send(packet), packet);
        await().until(() -> !reasons.isEmpty());
        assertThat(reasons).containsExactly(DisconnectReason.FORCED_CLOSE);
        fence(bystander);
        assertThat(heard).containsExactly("fence");
    }

    @Test
    void forAnEventBeforeConnect() {
        WireClient bystander = socketIo();
        for (String packet : List.of("42[\"x\"]", "41", "430[]", "44", "451-[{\"_placeholder\":true,\"num\":0}]")) {
            closesForcibly(engineIo().send(packet), packet);
        }
        closesForcibly(engineIo().send(new byte[] {1}), "binary");
        fence(bystander);
        assertThat(heard).containsExactly("fence");
    }

    @Test
    void forAnAttachmentThatNobodyWaitsFor() {
        closesForcibly(socketIo().send(new byte[] {1}), "unannounced");
        WireClient client = socketIo();
        client.send("451-[\"x\",{\"_placeholder\":true,\"num\":0}]")
                .send(new byte[] {1})
                .send(new byte[] {2});
        closesForcibly(client, "one too many");
    }

    @Test
    void forATextWhileAttachmentsAreMissing() {
        for (String text : List.of("42[\"x\"]", "41", "40/a,", "451-[\"x\",{\"_placeholder\":true,\"num\":0}]")) {
            WireClient client = socketIo();
            client.send("451-[\"x\",{\"_placeholder\":true,\"num\":0}]").send(text);
            closesForcibly(client, text);
        }
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"_placeholder\":true,\"num\":1}",
                "{\"_placeholder\":true,\"num\":-1}",
                "{\"_placeholder\":true,\"num\":0.5}",
                "{\"_placeholder\":true,\"num\":\"0\"}",
                "{\"_placeholder\":true,\"num\":null}",
                "{\"_placeholder\":true}",
                "{\"a\":[{\"num\":4294967296,\"_placeholder\":true}]}"
            })
    void forAPlaceholderOutOfRange(String placeholder) {
        WireClient client = socketIo();
        client.send("451-[\"x\"," + placeholder + "]").send(new byte[] {1});
        closesForcibly(client, placeholder);
        assertThat(heard).isEmpty();
    }

    @Test
    void forAttachmentsThatDoNotComeInTime() {
        WireClient bystander = socketIo();
        closesForcibly(socketIo().send("451-[\"x\",{\"_placeholder\":true,\"num\":0}]"), "none");
        closesForcibly(
                socketIo()
                        .send("452-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]")
                        .send(new byte[] {1}),
                "one of two");
        fence(bystander);
    }

    @Test
    void notForAttachmentsThatCome() {
        WireClient client = socketIo();
        for (int i = 0; i < 3; i++) {
            client.send("451-[\"x\",{\"_placeholder\":true,\"num\":0}]").send(new byte[] {1});
        }
        fence(client);
        assertThat(heard).containsExactly("x", "x", "x", "fence");
    }

    @Test
    void forJsonThatIsTooDeep() {
        WireClient bystander = socketIo();
        int depth = 10_000;
        String deep = "42[\"x\"," + "[".repeat(depth) + "]".repeat(depth) + "]";
        closesForcibly(socketIo().send(deep), "arrays");
        String objects = "42[\"x\"," + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) + "]";
        closesForcibly(socketIo().send(objects), "objects");
        String auth = "40/a,{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
        closesForcibly(socketIo().send(auth), "auth");
        closesForcibly(socketIo().send("42[\"x\"," + "[".repeat(depth)), "unclosed");
        fence(bystander);
    }

    @Test
    void forANumberOfAThousandDigitsOrANameOfTooManyCharacters() {
        closesForcibly(socketIo().send("42[\"x\"," + "1".repeat(1001) + "]"), "number");
        closesForcibly(socketIo().send("42[\"" + "x".repeat(257) + "\"]"), "name");
        closesForcibly(socketIo().send("40/" + "x".repeat(257) + ","), "namespace");
        WireClient client = socketIo();
        client.send("42[\"" + "x".repeat(256) + "\"," + "1".repeat(1000) + "]");
        fence(client);
    }

    @Test
    void forAMessageAboveTheLimitWith1009() {
        WireClient bystander = socketIo();
        WireClient client = socketIo();
        client.send("42[\"x\",\"" + "x".repeat(1_000_000) + "\"]");
        assertThat(client.closed()).isEqualTo(1009);
        fence(bystander);
    }

    @Test
    void forAttachmentsThatAreTooLargeTogether() {
        WireClient bystander = socketIo();
        WireClient client = socketIo();
        client.send("452-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]")
                .send(new byte[600_000])
                .send(new byte[600_000]);
        closesForcibly(client, "1.2 MB");
        fence(bystander);
    }
}
