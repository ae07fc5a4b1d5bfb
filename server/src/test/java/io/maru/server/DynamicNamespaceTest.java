package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Namespaces that come into being when a client names them. */
class DynamicNamespaceTest extends ServerFixture {

    private static final Pattern DYN = Pattern.compile("^/dyn-\\d+$");

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private static String invalid(String name) {
        return "44" + name + ",{\"message\":\"Invalid namespace\"}";
    }

    @Test
    void existByPattern() {
        MaruServer server = serve();
        ParentNamespace parent = server.of(DYN);
        parent.onConnection(socket -> heard.add(socket.namespace().name()));
        server.onNamespace(namespace -> heard.add("new " + namespace));
        start();
        socketIo("/dyn-101");
        engineIo().send("40/dyn-x,").expect(invalid("/dyn-x"));
        socketIo("/dyn-101");
        await().until(() -> heard.size() == 3);
        fencePlain(plain("/dyn-7"));
        await().until(() -> heard.size() == 5);
        assertThat(heard).containsExactly("new /dyn-101", "/dyn-101", "/dyn-101", "new /dyn-7", "/dyn-7");
        assertThat(parent.children()).extracting(Namespace::name).containsExactlyInAnyOrder("/dyn-101", "/dyn-7");
    }

    @Test
    void existByAFunctionThatIsAskedOnceForAName() {
        MaruServer server = serve();
        server.of((name, auth) -> {
            heard.add(name + " " + auth);
            return CompletableFuture.supplyAsync(() -> auth != null && "{\"key\":\"open\"}".equals(auth.toString()));
        });
        start();
        WireClient client = engineIo();
        client.send("40/gate-1,").expect(invalid("/gate-1"));
        client.send("40/gate-1,{\"key\":\"shut\"}").expect(invalid("/gate-1"));
        connected(client.send("40/gate-1,{\"key\":\"open\"}").text());
        socketIo("/gate-1"); // an ordinary one by now
        assertThat(heard).containsExactly("/gate-1 null", "/gate-1 {\"key\":\"shut\"}", "/gate-1 {\"key\":\"open\"}");
    }

    @Test
    void doNotExistWhereTheFunctionFails() {
        MaruServer server = serve();
        server.of((name, auth) -> CompletableFuture.failedFuture(new IllegalStateException("async")));
        server.of((name, auth) -> {
            throw new IllegalStateException("sync");
        });
        start();
        WireClient client = engineIo();
        client.send("40/x,").expect(invalid("/x"));
        assertThat(theError()).hasMessage("sync");
        connect(client, "40");
    }

    @Test
    void belongToTheFirstParentThatAllows() {
        MaruServer server = serve();
        server.of((name, auth) -> {
            heard.add("first");
            return CompletableFuture.supplyAsync(() -> name.equals("/b"));
        });
        server.of(Pattern.compile("^/[a-c]$")).onConnection(socket -> heard.add("second has " + socket.namespace()));
        server.of((name, auth) -> {
            heard.add("third");
            return CompletableFuture.completedFuture(true);
        });
        start();
        socketIo("/a");
        await().until(() -> heard.contains("second has /a"));
        socketIo("/b");
        socketIo("/z");
        assertThat(heard).containsExactly("first", "second has /a", "first", "first", "third");
    }

    @Test
    void inheritMiddlewaresAndHandlersHoweverTheyCameToBe() {
        MaruServer server = serve();
        ParentNamespace parent = server.of(DYN);
        Namespace made = server.of("/dyn-1"); // before the middleware and before any client
        made.emit("nobody");
        made.use(socket -> {
            heard.add("child");
            return null;
        });
        parent.use(socket -> {
            heard.add("parent");
            if (socket.handshake().auth().get("ok") == null) {
                throw new ConnectRefusedException("no");
            }
            return null;
        });
        parent.onConnection(socket -> heard.add("connection"));
        assertThat(parent.children()).containsExactly(made);
        start();
        engineIo().send("40/dyn-1,").expect("44/dyn-1,{\"message\":\"no\"}");
        connected(engineIo().send("40/dyn-1,{\"ok\":1}").text());
        await().until(() -> heard.size() == 4);
        assertThat(heard).containsExactly("parent", "parent", "child", "connection");
        engineIo().send("40/dyn-2,").expect("44/dyn-2,{\"message\":\"no\"}");
    }

    @Test
    void allHearTheirParent() {
        MaruServer server = serve();
        ParentNamespace parent = server.of(DYN);
        server.of("/other");
        start();
        WireClient one = socketIo("/dyn-1");
        WireClient two = socketIo("/dyn-2");
        WireClient plain = plain("/dyn-2");
        fencePlain(plain);
        WireClient other = socketIo("/other");
        parent.emit("x", Map.of("a", 1), "b");
        one.expect("42/dyn-1,[\"x\",{\"a\":1},\"b\"]");
        two.expect("42/dyn-2,[\"x\",{\"a\":1},\"b\"]");
        plain.expect("{\"type\":\"x\",\"args\":[{\"a\":1},\"b\"]}");
        other.send("42/other,1[\"fence\"]").expect("43/other,1[]");
    }

    @Test
    void stayWithoutSocketsUnlessToldOtherwise() {
        MaruServer server = serve();
        ParentNamespace parent = server.of(DYN);
        start();
        socketIo("/dyn-1").cut();
        await().until(() -> server.stats().clients() == 0);
        assertThat(parent.children()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void goWithTheirLastSocketWhereTheServerWasToldSo(Threads threads) {
        MaruServer server = serve(options -> {
            threads.accept(options);
            options.cleanupEmptyChildNamespaces(true);
        });
        ParentNamespace parent = server.of(DYN);
        server.of("/static");
        start();
        WireClient one = socketIo("/dyn-1");
        WireClient two = socketIo("/dyn-1");
        connected(two.send("40/static,").text());
        assertThat(server.stats().namespaces()).isEqualTo(3);
        one.send("41/dyn-1,");
        two.send("42/dyn-1,1[\"fence\"]").expect("43/dyn-1,1[]");
        assertThat(parent.children()).hasSize(1);
        two.cut();
        await().until(() -> parent.children().isEmpty());
        assertThat(server.stats().namespaces()).isEqualTo(2);
        socketIo("/dyn-1");
        assertThat(parent.children()).hasSize(1);
    }

    @Test
    void goAlsoWhenTheirOnlyClientWasRefused() {
        MaruServer server = serve(options -> options.cleanupEmptyChildNamespaces(true));
        ParentNamespace parent = server.of(DYN);
        parent.use(socket -> {
            throw new ConnectRefusedException("no");
        });
        start();
        WireClient client = engineIo();
        for (int i = 0; i < 50; i++) {
            client.send("40/dyn-" + i + ",").expect("44/dyn-" + i + ",{\"message\":\"no\"}");
        }
        await().until(() -> parent.children().isEmpty());
        assertThat(server.stats().namespaces()).isEqualTo(1);
    }

    @Test
    void goAlsoWhenTheirOnlyClientLeftBeforeItWasIn() {
        MaruServer server = serve(options -> options.cleanupEmptyChildNamespaces(true));
        CompletableFuture<Boolean> gate = new CompletableFuture<>();
        ParentNamespace parent = server.of((name, auth) -> {
            heard.add(name);
            return gate;
        });
        server.onNamespace(namespace -> heard.add("new " + namespace));
        start();
        WireClient client = engineIo();
        client.send("40/x,");
        await().until(() -> heard.size() == 1);
        client.cut();
        await().until(() -> server.stats().clients() == 0);
        gate.complete(true);
        await().until(() -> heard.contains("new /x"));
        await().until(() -> parent.children().isEmpty());
        assertThat(server.stats().namespaces()).isEqualTo(1);
    }

    @Test
    void haveAllTheirSocketsInOneWhileTheyComeAndGo() throws Exception {
        MaruServer server = serve(options -> options.loops(3).cleanupEmptyChildNamespaces(true));
        server.of(DYN);
        start();
        AtomicInteger strays = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            WireClient client = engineIo();
            all.add(threads.submit(() -> {
                for (int i = 0; i < 400; i++) {
                    String id = connected(client.send("40/dyn-1,").text());
                    if (!server.of("/dyn-1").sockets().containsKey(id)) {
                        strays.incrementAndGet();
                    }
                    client.send("41/dyn-1,");
                }
            }));
        }
        for (Future<?> one : all) {
            one.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertThat(strays).hasValue(0);
    }
}
