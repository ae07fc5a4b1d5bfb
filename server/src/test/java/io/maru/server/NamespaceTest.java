package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Static namespaces, and that nothing leaks from one to another. */
class NamespaceTest extends ServerFixture {

    @Test
    void isTheSameWithAndWithoutItsSlash() {
        MaruServer server = serve();
        assertThat(server.of("a")).isSameAs(server.of("/a"));
        assertThat(server.of("/")).isSameAs(server.main());
        assertThat(server.of("/a").name()).isEqualTo("/a");
        assertThat(server.stats().namespaces()).isEqualTo(2);
    }

    @Test
    void tellsOfEachNamespaceButTheMainOne() {
        List<String> heard = new CopyOnWriteArrayList<>();
        MaruServer server = serve();
        server.onNamespace(namespace -> heard.add(namespace.name()));
        server.main();
        server.of("/");
        server.of("/a");
        server.of("b");
        server.of("/a");
        assertThat(heard).containsExactly("/a", "/b");
    }

    @Test
    void doesNotLeakIntoAnother() {
        MaruServer server = serve();
        server.of("/a").onConnection(socket -> socket.join("room"));
        server.of("/b").onConnection(socket -> socket.join("room"));
        server.onConnection(socket -> socket.join("room"));
        start();
        WireClient a = socketIo("/a");
        WireClient b = socketIo("/b");
        WireClient plainB = plain("/b");
        WireClient main = socketIo();
        for (String name : List.of("/a", "/b", "/")) {
            await().until(() -> server.of(name).roomSize("room") == (name.equals("/b") ? 2 : 1));
        }
        server.of("/a").emit("all", 1);
        server.of("/a").to("room").emit("room", 2);
        server.of("/a").to(b.id()).emit("id", 3);
        a.expect("42/a,[\"all\",1]", "42/a,[\"room\",2]");
        fence(main);
        b.send("42/b,1[\"fence\"]").expect("43/b,1[]");
        a.send("42/a,1[\"fence\"]").expect("43/a,1[]");
        fencePlain(plainB);
        assertThat(server.of("/a").sockets()).containsOnlyKeys(a.id());
        assertThat(server.of("/b").sockets()).hasSize(2).containsKey(b.id());
    }

    @Test
    void keepsTheEventsOfOneConnectionApart() {
        List<String> heard = new CopyOnWriteArrayList<>();
        MaruServer server = serve();
        for (String name : List.of("/", "/a", "/b")) {
            server.of(name)
                    .onConnection(socket -> socket.on("x", event -> {
                        heard.add(name);
                        event.ack().send(name);
                    }));
        }
        start();
        WireClient client = socketIo();
        connected(client.send("40/a,").text());
        connected(client.send("40/b,").text());
        client.send("42/b,7[\"x\"]").expect("43/b,7[\"/b\"]");
        client.send("427[\"x\"]").expect("437[\"/\"]");
        client.send("42/a,7[\"x\"]").expect("43/a,7[\"/a\"]");
        assertThat(heard).containsExactly("/b", "/", "/a");
    }

    @Test
    void hasNamesOfAnyCharacters() {
        MaruServer server = serve();
        server.of("/방/에코?x=1#y")
                .onConnection(socket -> socket.on("x", event -> event.ack().send("ok")));
        start();
        WireClient client = engineIo();
        connected(client.send("40/방/에코?x=1#y,").text());
        client.send("42/방/에코?x=1#y,12[\"x\"]").expect("43/방/에코?x=1#y,12[\"ok\"]");
        client.send("40/방,").expect("44/방,{\"message\":\"Invalid namespace\"}");
    }

    @Test
    void sendsFromTheServerAsFromTheMainNamespace() {
        MaruServer server = serve();
        start();
        WireClient client = socketIo();
        server.main().send("hi");
        server.main().emit("x");
        server.main().everyone().emit("y", 1, null, "z");
        client.expect("42[\"message\",\"hi\"]", "42[\"x\"]", "42[\"y\",1,null,\"z\"]");
    }

    @Test
    void runsTheConnectionHandlersInOrder() {
        MaruServer server = serve();
        server.onConnection(socket -> socket.emit("first"));
        server.onConnection(socket -> {
            throw new IllegalStateException("second");
        });
        server.onConnection(socket -> socket.emit("third"));
        start();
        socketIo().expect("42[\"first\"]", "42[\"third\"]");
        assertThat(theError()).hasMessage("second");
    }
}
