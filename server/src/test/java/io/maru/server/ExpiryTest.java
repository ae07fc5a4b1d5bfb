package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose time ends while they are connected. */
class ExpiryTest extends ServerFixture {

    private static final Duration GRACE = Duration.ofSeconds(1);

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private MaruServer serveWith(Duration grace, Threads threads) {
        MaruServer server = serve(options -> {
            threads.accept(options);
            options.limits(limits -> limits.expiryGrace(grace));
        });
        Handler<Socket> noting = socket -> {
            socket.onExpire(expired -> {
                heard.add("expires");
                socket.emit("token?");
            });
            socket.onDisconnect(reason -> heard.add(reason.text()));
            socket.on("token", event -> {
                socket.expireAt(Instant.now().plusSeconds(3600));
                event.ack().send("welcome");
            });
            sockets.add(socket);
        };
        server.onConnection(noting);
        server.of("/a").onConnection(noting);
        start();
        return server;
    }

    private Socket next() {
        try {
            Socket socket = sockets.poll(10, TimeUnit.SECONDS);
            assertThat(socket).isNotNull();
            return socket;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void areAskedAndThenSentAway(Threads threads) {
        MaruServer server = serveWith(GRACE, threads);
        WireClient client = plain();
        Socket socket = next();
        Instant end = Instant.now().plusMillis(100);
        socket.expireAt(end);
        WireClient bystander = plain();
        next();
        client.expect("{\"type\":\"token?\",\"args\":[]}");
        assertThat(Instant.now()).isAfterOrEqualTo(end);
        assertThat(client.closeFrame()).isEqualTo(new WireClient.Closed(4011, "expired"));
        assertThat(Instant.now()).isAfterOrEqualTo(end.plus(GRACE));
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("expires", "expired");
        assertThat(server.stats().limits().expired()).isEqualTo(1);
        assertThat(socket.isConnected()).isFalse();
        fencePlain(bystander);
    }

    @Test
    void leaveTheirNamespaceOnlyWhereTheyHaveSeveral() {
        serveWith(GRACE, Threads.ONE_LOOP);
        WireClient client = engineIo();
        connected(client.send("40/a,").text());
        Socket socket = next();
        connected(client.send("40").text());
        next();
        socket.expireAt(Instant.now());
        client.expect("42/a,[\"token?\"]", "41/a,");
        fence(client);
        assertThat(heard).containsExactly("expires", "expired");
    }

    @ParameterizedTest
    @EnumSource
    void stayWhenTheyShowANewTokenInTime(Threads threads) {
        serveWith(Duration.ofSeconds(30), threads);
        WireClient client = plain();
        Socket socket = next().expireAt(Instant.now().plusMillis(50));
        client.expect("{\"type\":\"token?\",\"args\":[]}")
                .send("{\"type\":\"token\",\"messageId\":1}")
                .expect("{\"type\":\"callback\",\"messageId\":1,\"data\":\"welcome\"}");
        assertThat(socket.expiresAt())
                .hasValueSatisfying(at -> assertThat(at).isAfter(Instant.now().plusSeconds(3000)));
        fencePlain(client);
        assertThat(heard).containsExactly("expires");
    }

    @ParameterizedTest
    @EnumSource
    void stayWhenTheApplicationRenewsThemItself(Threads threads) {
        serveWith(GRACE, threads);
        WireClient client = plain();
        Socket socket = next();
        BlockingQueue<Instant> renewals = new LinkedBlockingQueue<>();
        socket.onExpire(expired -> {
            if (heard.size() < 3) {
                Instant at = Instant.now().plusMillis(50);
                renewals.add(at);
                socket.expireAt(at);
            } else {
                socket.expireAt(null);
            }
        });
        socket.expireAt(Instant.now());
        for (int i = 0; i < 3; i++) {
            client.expect("{\"type\":\"token?\",\"args\":[]}");
        }
        await().until(() -> socket.expiresAt().isEmpty());
        assertThat(renewals).hasSize(2);
        fencePlain(client);
        assertThat(heard).containsOnly("expires");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1000, Long.MIN_VALUE})
    void goAtOnceWhenTheirTimeIsOverAlready(long millis) {
        serveWith(Duration.ZERO, Threads.ONE_LOOP);
        WireClient client = plain();
        Socket socket = next();
        socket.expireAt(millis == Long.MIN_VALUE ? Instant.MIN : Instant.now().plusMillis(millis));
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("expires", "expired");
        client.close();
    }

    @Test
    void mayStayForAsLongAsOneLikes() {
        serveWith(GRACE, Threads.ONE_LOOP);
        WireClient client = plain();
        Socket socket = next().expireAt(Instant.MAX);
        fencePlain(client);
        assertThat(socket.expiresAt()).contains(Instant.MAX);
        client.cut();
        await().until(() -> heard.size() == 1);
        socket.expireAt(Instant.now());
        socketIo();
        assertThat(heard).containsExactly("transport close");
    }

    @Test
    void idleClientsAreClosedAndCounted() {
        MaruServer server = serve(options -> options.engine(engine -> engine.idleTimeout(Duration.ofSeconds(2))));
        server.onConnection(socket -> socket.onDisconnect(reason -> heard.add(reason.text())));
        start();
        WireClient idle = plain();
        WireClient busy = socketIo();
        await().until(() -> {
            fence(busy);
            return heard.size() == 1;
        });
        assertThat(idle.closeFrame()).isEqualTo(new WireClient.Closed(4009, "idle timeout"));
        assertThat(heard).containsExactly("idle timeout");
        assertThat(server.stats().limits().idleTimeouts()).isEqualTo(1);
        fence(busy);
    }

    @Test
    void oldConnectionsAreClosedAndCounted() {
        MaruServer server = serve(options -> options.engine(engine -> engine.maxLifetime(Duration.ofSeconds(2))));
        server.onConnection(socket -> socket.onDisconnect(reason -> heard.add(reason.text())));
        start();
        WireClient plain = plain();
        WireClient socketIo = socketIo();
        assertThat(plain.closeFrame()).isEqualTo(new WireClient.Closed(4010, "lifetime over"));
        assertThat(socketIo.closed()).isEqualTo(1005);
        await().until(() -> server.stats().limits().lifetimesOver() == 2);
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsOnly("lifetime over");
    }
}
