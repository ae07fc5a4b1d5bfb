package io.maru.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.maru.examples.GroupChat.Join;
import io.maru.examples.GroupChat.Joined;
import io.maru.examples.GroupChat.Member;
import io.maru.examples.GroupChat.Said;
import io.maru.examples.GroupChat.Say;
import io.maru.testkit.MaruTest;
import io.maru.testkit.TestClient;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How an application is tested with the kit. */
class GroupChatTest {

    @Test
    void tellsTheRoomWhatIsSaidAndWhoIsGone() {
        try (MaruTest test = MaruTest.start(GroupChat::install)) { // a method that takes the server
            TestClient alice = test.connect(); // Socket.IO
            TestClient bob = test.connectPlain(); // a plain WebSocket
            alice.ask("join", new Join("lobby", "Alice")); // waits for the answer
            bob.ask("join", new Join("lobby", "Bob"));
            assertEquals(new Member("Bob"), alice.next("joined", Member.class)); // waits for the event

            alice.emit("say", new Say("lobby", "Hi"));
            assertEquals(new Said("Alice", "Hi"), bob.next("said", Said.class));
            assertTrue(alice.rest().isEmpty()); // all that was under way has arrived

            bob.network().hold(); // nothing passes, and nobody is told
            test.advance(Duration.ofSeconds(45)); // his heartbeat; takes no time
            assertEquals(new Member("Bob"), alice.next("left", Member.class));
        }
    }

    @Test
    void keepsRoomsApart() {
        try (MaruTest test = MaruTest.start(GroupChat::install)) {
            TestClient alice = test.connect();
            TestClient carol = test.connect();
            alice.ask("join", new Join("lobby", "Alice"));
            carol.ask("join", new Join("kitchen", "Carol"));

            alice.ask("say", new Say("lobby", "Hi"));

            assertTrue(carol.rest().isEmpty());
        }
    }

    @Test
    void answersHowManyAreThere() {
        try (MaruTest test = MaruTest.start(GroupChat::install)) {
            TestClient alice = test.connect();
            TestClient bob = test.connectPlain();

            assertEquals(
                    new Joined(1), alice.ask("join", new Join("lobby", "Alice")).get(0, Joined.class));
            assertEquals(
                    new Joined(2), bob.ask("join", new Join("lobby", "Bob")).get(0, Joined.class));
        }
    }

    @Test
    void answersWhatCannotBeDone() {
        try (MaruTest test = MaruTest.start(GroupChat::install)) {
            TestClient alice = test.connect();

            assertEquals(
                    Map.of("error", "A name is needed"),
                    alice.ask("join", Map.of("room", "lobby")).get(0, Map.class));
            assertEquals(
                    Map.of("error", "Not in this room"),
                    alice.ask("say", new Say("lobby", "Hi")).get(0, Map.class));
        }
    }
}
