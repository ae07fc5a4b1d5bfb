package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be done with all members of a room. */
@ParameterizedClass
@EnumSource
class RemoteOperationsTest extends ServerFixture {

    @Parameter
    Threads threads = Threads.ONE_LOOP;

    private final Members members = new Members(this);

    @BeforeEach
    void serveFour() {
        serve(threads);
        start();
        members.add("a", "r1");
        members.add("b", "r1", "r2");
        members.add("c", "r2");
        members.add("p", "r1");
    }

    private Namespace main() {
        return server().main();
    }

    private Set<String> ids(Broadcast broadcast) {
        return Set.copyOf(
                get(broadcast.fetchSockets()).stream().map(RemoteSocket::id).toList());
    }

    @Test
    void fetchSockets() {
        members.socket("a").data().put("name", "A");
        assertThat(ids(main().everyone()))
                .containsExactlyInAnyOrder(members.id("a"), members.id("b"), members.id("c"), members.id("p"));
        assertThat(ids(main().to("r1").except("r2"))).containsExactlyInAnyOrder(members.id("a"), members.id("p"));
        assertThat(ids(members.socket("a").to("r1"))).containsExactlyInAnyOrder(members.id("b"), members.id("p"));
        assertThat(get(main().to("nobody").fetchSockets())).isEmpty();
        List<RemoteSocket> one = get(main().to(members.id("a")).fetchSockets());
        assertThat(one).hasSize(1);
        RemoteSocket a = one.get(0);
        assertThat(a.id()).isEqualTo(members.id("a"));
        assertThat(a.rooms()).containsExactlyInAnyOrder(members.id("a"), "r1");
        assertThat(a.data()).containsExactly(Map.entry("name", "A"));
        assertThat(a.handshake().address()).isEqualTo("127.0.0.1");
        a.emit("x", 1);
        a.join(List.of("new"));
        a.leave("r1");
        assertThat(a.rooms()).contains("r1"); // as it was
        members.client("a").expect("42[\"x\",1]");
        assertThat(members.socket("a").rooms()).containsExactlyInAnyOrder(members.id("a"), "new");
        a.disconnect(false);
        members.client("a").expect("41");
    }

    @Test
    void socketsJoinAndLeave() {
        get(main().to("r1").socketsJoin("all", "more"));
        assertThat(main().roomSizes())
                .containsExactly(Map.entry("all", 3), Map.entry("more", 3), Map.entry("r1", 3), Map.entry("r2", 2));
        main().to("all").emit("x");
        members.assertOnlyHear("x", "a", "b", "p");
        get(main().to("r2").socketsLeave("all", "r1"));
        main().to("all").emit("x");
        members.assertOnlyHear("x", "a", "p");
        assertThat(main().roomSizes())
                .containsExactly(Map.entry("all", 2), Map.entry("more", 3), Map.entry("r1", 2), Map.entry("r2", 2));
        get(main().to("nobody").socketsJoin("all"));
        assertThat(main().roomSize("all")).isEqualTo(2);
    }

    @Test
    void socketsLeaveTheVeryRoomByWhichTheyAreAddressed() {
        get(main().to("r1").socketsLeave("r1"));
        assertThat(main().roomSizes()).containsExactly(Map.entry("r2", 2));
        main().to("r1").emit("x");
        members.assertSilence();
    }

    @Test
    void disconnectSocketsWithoutTheirConnections() {
        get(main().to("r2").disconnectSockets(false));
        members.client("b").expect("41");
        members.client("c").expect("41");
        assertThat(main().sockets()).containsOnlyKeys(members.id("a"), members.id("p"));
        assertThat(server().stats().clients()).isEqualTo(4);
        connect(members.client("b"), "40");
    }

    @Test
    void disconnectSocketsWithTheirConnections() {
        get(main().to("r1").except("r2").disconnectSockets(true));
        members.client("a").expect("41");
        assertThat(members.client("a").closed()).isEqualTo(1005);
        assertThat(members.client("p").closed()).isEqualTo(1000);
        assertThat(main().sockets()).containsOnlyKeys(members.id("b"), members.id("c"));
        get(main().everyone().disconnectSockets(true));
        assertThat(main().sockets()).isEmpty();
    }
}
