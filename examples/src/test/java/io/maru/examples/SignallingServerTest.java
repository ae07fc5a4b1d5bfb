package io.maru.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.examples.SignallingServer.Joined;
import io.maru.examples.SignallingServer.Peer;
import io.maru.examples.SignallingServer.Room;
import io.maru.testkit.MaruTest;
import io.maru.testkit.TestClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SignallingServerTest {

    record Sdp(String roomId, String sdp) {}

    private final MaruTest test = MaruTest.start(SignallingServer::install);

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void relaysACallBetweenClientsOfBothKinds() {
        TestClient plain = test.connectPlain();
        TestClient socketIo = test.connect();
        TestClient elsewhere = test.connect();
        assertThat(join(plain, "1")).isEqualTo(new Joined(0));
        assertThat(join(socketIo, "1")).isEqualTo(new Joined(1));
        join(elsewhere, "2");
        assertThat(plain.next("peer-joined", Peer.class))
                .isEqualTo(new Peer(String.valueOf(socketIo.socket().id())));

        relay(socketIo, plain, "offer");
        relay(plain, socketIo, "answer");
        relay(plain, socketIo, "candidate");
        relay(socketIo, plain, "candidate");
        assertThat(elsewhere.rest()).isEmpty();

        socketIo.close();
        plain.next("peer-left");
    }

    private static void relay(TestClient from, TestClient to, String signal) {
        Sdp sent = new Sdp("1", "v=0, an " + signal);
        from.ask(signal, sent);
        assertThat(to.next(signal, Sdp.class)).isEqualTo(sent);
    }

    @Test
    void relaysNothingIntoRoomsOfOthers() {
        TestClient inside = test.connectPlain();
        TestClient outside = test.connect();
        join(inside, "1");

        assertThat(outside.ask("offer", new Sdp("1", "v=0"))).hasToString("[{\"error\":\"Not in this room\"}]");

        assertThat(inside.rest()).isEmpty();
    }

    private static @Nullable Joined join(TestClient client, String room) {
        return client.ask("join-room", new Room(room)).get(0, Joined.class);
    }
}
