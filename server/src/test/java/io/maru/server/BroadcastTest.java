package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who hears a broadcast, and who does not. */
@ParameterizedClass
@EnumSource
class BroadcastTest extends ServerFixture {

    @Parameter
    Threads threads = Threads.ONE_LOOP;

    private final Members members = new Members(this);

    @BeforeEach
    void serveSix() {
        serve(threads);
        start();
        members.add("a", "r1");
        members.add("b", "r1", "r2");
        members.add("c", "r2");
        members.add("d");
        members.add("p1", "r1", "r2");
        members.add("p2", "r3");
    }

    private Namespace main() {
        return server().main();
    }

    private Socket socket(String name) {
        return members.socket(name);
    }

    @Test
    void reachesEveryone() {
        main().emit("x");
        members.assertOnlyHear("x", "a", "b", "c", "d", "p1", "p2");
        main().everyone().local().emit("y");
        members.assertOnlyHear("y", "a", "b", "c", "d", "p1", "p2");
    }

    @Test
    void reachesTheMembersOfARoom() {
        main().to("r1").emit("x");
        members.assertOnlyHear("x", "a", "b", "p1");
        main().in("r3").emit("x");
        members.assertOnlyHear("x", "p2");
        main().to("nobody is here").emit("x");
        members.assertSilence();
    }

    @Test
    void reachesTheMembersOfSeveralRoomsOnce() {
        main().to("r1", "r2").emit("x");
        members.assertOnlyHear("x", "a", "b", "c", "p1");
        main().to("r1").to("r2").in("r1", "nobody").emit("x");
        members.assertOnlyHear("x", "a", "b", "c", "p1");
        main().to(List.of("r3", "r2", "r2")).emit("x");
        members.assertOnlyHear("x", "b", "c", "p1", "p2");
    }

    @Test
    void doesNotReachTheExcepted() {
        main().except("r1").emit("x");
        members.assertOnlyHear("x", "c", "d", "p2");
        main().to("r1").except("r2").emit("x");
        members.assertOnlyHear("x", "a");
        main().to("r1", "r2", "r3").except("r3", "nobody").emit("x");
        members.assertOnlyHear("x", "a", "b", "c", "p1");
        main().everyone().except(List.of("r1", "r2")).except("r3").emit("x");
        members.assertOnlyHear("x", "d");
        main().to("r1").except("r1").emit("x");
        members.assertSilence();
    }

    @Test
    void doesNotReachItsSender() {
        socket("b").broadcast().emit("x");
        members.assertOnlyHear("x", "a", "c", "d", "p1", "p2");
        socket("b").to("r1").emit("x");
        members.assertOnlyHear("x", "a", "p1");
        socket("b").to("r1", "r2").emit("x");
        members.assertOnlyHear("x", "a", "c", "p1");
        socket("b").to(List.of("r2")).except("r3").emit("x");
        members.assertOnlyHear("x", "c", "p1");
        socket("b").except("r3").emit("x");
        members.assertOnlyHear("x", "a", "c", "d", "p1");
        socket("b").to(members.id("b")).emit("x");
        members.assertSilence();
        socket("p1").to("r1").emit("x"); // a plain one that speaks
        members.assertOnlyHear("x", "a", "b");
        socket("d").to("r1").emit("x"); // from outside of the room
        members.assertOnlyHear("x", "a", "b", "p1");
    }

    @Test
    void takesIdsForRooms() {
        main().to(members.id("a")).emit("x");
        members.assertOnlyHear("x", "a");
        main().to(members.id("a"), members.id("p2"), "r2").emit("x");
        members.assertOnlyHear("x", "a", "b", "c", "p1", "p2");
        main().to("r1", members.id("a")).emit("x"); // a member of the room, too
        members.assertOnlyHear("x", "a", "b", "p1");
        main().except(members.id("a"), members.id("p1")).emit("x");
        members.assertOnlyHear("x", "b", "c", "d", "p2");
        main().to("r1").except(members.id("p1")).emit("x");
        members.assertOnlyHear("x", "a", "b");
        socket("a").to(members.id("d")).emit("x");
        members.assertOnlyHear("x", "d");
    }

    @Test
    void toAnIdIsHeardByNobodyElseWhoJoinedARoomOfThatName() {
        socket("d").join(members.id("a"));
        main().to(members.id("a")).emit("x");
        members.assertOnlyHear("x", "a");
        main().to(members.id("a"), "r2").emit("x");
        members.assertOnlyHear("x", "a", "b", "c", "p1");
        main().except(members.id("a")).emit("x");
        members.assertOnlyHear("x", "b", "c", "d", "p1", "p2");
    }

    @Test
    void isAChoiceThatNeverChanges() {
        Broadcast r1 = main().to("r1");
        Broadcast wide = r1.to("r2");
        Broadcast narrow = wide.except("r2");
        r1.asVolatile().timeout(Duration.ofSeconds(1)).local();
        r1.emit("x");
        members.assertOnlyHear("x", "a", "b", "p1");
        wide.emit("x");
        members.assertOnlyHear("x", "a", "b", "c", "p1");
        narrow.emit("x");
        members.assertOnlyHear("x", "a");
    }

    @Test
    void isDecidedWhenItIsSent() {
        Broadcast later = main().to("later");
        later.emit("x");
        socket("d").join("later");
        later.emit("y");
        socket("d").leave("later");
        later.emit("z");
        members.assertOnlyHear("y", "d");
    }

    @Test
    void reachesAPlainAndASocketIoMemberInTheirOwnWords() {
        main().to("r1").emit("chat", Map.of("message", "안녕"));
        main().to("r1").emit("sum", 1, List.of(), null);
        main().to("r1").emit("clash", Map.of("type", 1));
        members.client("a")
                .expect("42[\"chat\",{\"message\":\"안녕\"}]", "42[\"sum\",1,[],null]", "42[\"clash\",{\"type\":1}]");
        members.client("p1")
                .expect(
                        "{\"type\":\"chat\",\"message\":\"안녕\"}",
                        "{\"type\":\"sum\",\"args\":[1,[],null]}",
                        "{\"type\":\"clash\",\"args\":[{\"type\":1}]}");
    }

    @Test
    void arrivesInTheOrderOfItsThread() {
        Socket a = socket("a");
        for (int i = 0; i < 500; i++) {
            switch (i % 4) {
                case 0 -> a.emit("n", i);
                case 1 -> main().to("r1").emit("n", i);
                case 2 -> main().to("r1", "r2").except("r3").emit("n", i);
                default -> socket("c").broadcast().emit("n", i);
            }
        }
        for (int i = 0; i < 500; i++) {
            members.client("a").expect("42[\"n\"," + i + "]");
            if (i % 4 != 0) {
                members.client("p1").expect("{\"type\":\"n\",\"args\":[" + i + "]}");
                members.client("b").expect("42[\"n\"," + i + "]");
            }
        }
    }

    @Test
    void reachesWhomItsHandlerLetJoinAndNotWhomItLetLeave() {
        main().onConnection(socket -> {
            socket.on("join", event -> {
                socket.join("new");
                main().to("new").emit("joined");
                socket.leave("new");
                main().to("new").emit("not any more");
                members.socket("d").join("new");
                main().to("new").emit("d has joined");
                socket.join("new");
                event.ack().send(main().roomSize("new"));
            });
        });
        WireClient client = members.add("e");
        client.send("420[\"join\"]").expect("42[\"joined\"]", "430[2]");
        members.client("d").expect("42[\"d has joined\"]");
        members.assertSilence();
    }

    @Test
    void goesOnWhileMembersComeAndGo() {
        CompletableFuture<Void> comers = ServerFixture.inThread(() -> {
            for (int i = 0; i < 300; i++) {
                socket("d").join("r1");
                socket("d").leave("r1");
            }
        });
        for (int i = 0; i < 300; i++) {
            main().to("r1").emit("n", i);
        }
        get(comers);
        for (int i = 0; i < 300; i++) {
            members.client("a").expect("42[\"n\"," + i + "]");
        }
    }

    @Test
    void goesOnWhenAMemberIsCutMeanwhile() {
        members.client("b").cut();
        for (int i = 0; i < 50; i++) {
            main().to("r1").emit("n", i);
        }
        await().until(() -> main().roomSize("r1") == 2);
        for (int i = 0; i < 50; i++) {
            members.client("a").expect("42[\"n\"," + i + "]");
            members.client("p1").expect("{\"type\":\"n\",\"args\":[" + i + "]}");
        }
    }

    /** With handlers on the event loop, what hears of it runs while others have still to get it. */
    @Test
    void reachesEachMemberOnceWhateverItsListenersDo() {
        members.socket("a").onAnyOutgoing(event -> {
            if (event.name().equals("x")) {
                main().to("r1", "r3").except("r2").emit("inner");
                socket("c").leave("r2");
                socket("p1").leave("r2");
                socket("d").join("r2");
            }
        });
        main().to("r1", "r2").except("r3").emit("x");
        await().until(() -> main().roomSize("r2") == 2);
        for (String name : List.of("b", "c", "p1")) {
            assertThat(members.client(name).text()).contains("\"x\"");
        }
        assertThat(members.client("p2").text()).contains("\"inner\"");
        members.client("a").expectAnyOrder("42[\"x\"]", "42[\"inner\"]");
        members.assertSilence();
    }

    @Test
    void reachesTheOthersWhenAListenerSendsMembersAway() {
        members.add("e", "r1");
        members.add("f", "r1");
        members.socket("e").onAnyOutgoing(event -> {
            socket("f").disconnect();
            socket("e").disconnect();
            socket("b").disconnect();
        });
        socket("c").to("r1").emit("x");
        members.client("a").expect("42[\"x\"]");
        assertThat(members.client("p1").text()).contains("\"x\"");
        fence(members.client("a"));
        fencePlain(members.client("p1"));
        await().until(() -> main().roomSize("r1") == 2);
    }

    @Test
    void reachesNobodyByAnEmptyListOfRooms() {
        main().to(List.of()).emit("x");
        main().to().emit("x");
        socket("a").to(List.of()).except("r1").emit("x");
        assertThat(get(main().to(List.of()).fetchSockets())).isEmpty();
        assertThat(get(main().to(List.of()).request("x")).expected()).isZero();
        members.assertSilence();
    }
}
