package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.maru.client.engine.CloseReason;
import io.maru.client.engine.Ending;
import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.socketio.SocketIoDialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connecting, and coming back, on a clock by hand. */
class ReconnectTest {

    private ManualClient client = ManualClient.socketIo(options -> options);

    private void refuse() {
        client.loop.turn(() -> client.webSocket().listener.onEnd(Ending.error("refused", null)));
    }

    @Test
    void connects() {
        client.socket.connect();
        client.loop.runTasks();
        assertThat(client.socket.isActive()).isTrue();
        client.accept();
        assertThat(client.takeSent()).containsExactly("40");
        assertThat(client.socket.isConnected()).isFalse();
        client.receive("40{\"sid\":\"s1\"}");
        assertThat(client.takeHeard()).containsExactly("connect");
        assertThat(client.socket.id()).isEqualTo("s1");
        assertThat(client.socket.isConnected()).isTrue();
        assertThat(client.socket.isRecovered()).isFalse();
    }

    @Test
    void tellsWhoComesLateThatTheSocketIsConnected() {
        client.connected();
        client.socket.onConnect(socket -> client.heard.add("late"));
        assertThat(client.takeHeard()).containsExactly("late");
    }

    @Test
    void tellsEveryoneOnceThatTheSocketIsConnected() {
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        client.loop.turn(() -> {
            client.webSocket().text("40{\"sid\":\"s1\"}");
            client.socket.onConnect(socket -> client.heard.add("late"));
        });
        assertThat(client.takeHeard()).containsExactly("connect", "late");
    }

    @Test
    void isActiveWhenItTellsOfABreakThatItComesBackFrom() {
        for (String end : List.of("cut", "41")) {
            client = ManualClient.socketIo(options -> options);
            client.atOnce = true;
            client.connected();
            client.socket.onDisconnect((reason, details) -> client.heard.add("active " + client.socket.isActive()));
            client.loop.turn(() -> {
                if (end.equals("cut")) {
                    client.webSocket().cut();
                } else {
                    client.webSocket().text(end);
                }
            });
            assertThat(client.takeHeard()).contains("active " + end.equals("cut"));
        }
    }

    @Test
    void comesBackWithDelaysThatDouble() {
        client.connected();
        client.cut();
        assertThat(client.takeHeard()).containsExactly("disconnect transport close");
        assertThat(client.socket.isActive()).isTrue();
        assertThat(client.socket.id()).isNull();
        long[] delays = {1000, 2000, 4000, 5000, 5000};
        for (int attempt = 1; attempt <= delays.length; attempt++) {
            client.advance(delays[attempt - 1] - 1);
            assertThat(client.network.webSockets).hasSize(attempt);
            client.advance(1);
            assertThat(client.network.webSockets).hasSize(attempt + 1);
            assertThat(client.takeHeard()).containsExactly("attempt " + attempt);
            refuse();
            assertThat(client.takeHeard()).containsExactly("connect error refused", "reconnect error");
        }
        client.advance(5000);
        client.letIn("s2");
        assertThat(client.takeHeard()).containsExactly("attempt 6", "reconnect 6", "connect");
        client.cut();
        client.advance(1000);
        assertThat(client.takeHeard()).containsExactly("disconnect transport close", "attempt 1");
    }

    @Test
    void comesBackWhenTheFirstAttemptFails() {
        client.socket.connect();
        client.loop.runTasks();
        refuse();
        assertThat(client.takeHeard()).containsExactly("connect error refused");
        client.advance(1000);
        client.letIn("s1");
        assertThat(client.takeHeard()).containsExactly("attempt 1", "reconnect 1", "connect");
    }

    @Test
    void givesUpAfterSoManyAttempts() {
        client = ManualClient.socketIo(options -> options.reconnectionAttempts(2));
        client.socket.connect();
        client.loop.runTasks();
        refuse();
        client.advance(1000);
        refuse();
        client.advance(2000);
        refuse();
        client.advance(600_000);
        assertThat(client.takeHeard())
                .containsExactly(
                        "connect error refused",
                        "attempt 1",
                        "connect error refused",
                        "reconnect error",
                        "attempt 2",
                        "connect error refused",
                        "reconnect error",
                        "reconnect failed");
        assertThat(client.loop.timers()).isZero();
        client.socket.connect();
        client.loop.runTasks();
        client.letIn("s1");
        assertThat(client.takeHeard()).containsExactly("connect");
    }

    @Test
    void doesNotComeBackWhereToldSo() {
        client = ManualClient.socketIo(options -> options.reconnection(false)).connected();
        client.cut();
        client.advance(600_000);
        assertThat(client.network.webSockets).hasSize(1);
        assertThat(client.loop.timers()).isZero();
    }

    @Test
    void givesAnAttemptTwentySeconds() {
        client.socket.connect();
        client.loop.runTasks();
        client.loop.turn(() -> client.webSocket().listener.onOpen(""));
        client.advance(19_999);
        assertThat(client.takeHeard()).isEmpty();
        client.advance(1);
        assertThat(client.takeHeard()).containsExactly("connect error timeout");
        client.advance(1000);
        assertThat(client.network.webSockets).hasSize(2);
    }

    @Test
    void comesBackAfterSilence() {
        client.connected();
        client.advance(45_000);
        assertThat(client.takeHeard()).containsExactly("disconnect ping timeout");
        client.advance(1000);
        assertThat(client.network.webSockets).hasSize(2);
    }

    @Test
    void comesBackAfterWhatCannotBeRead() {
        for (String broken : List.of("42{", "49", "42[\"connect\"]", "42{}", "7")) {
            client = ManualClient.socketIo(options -> options).connected();
            client.receive(broken);
            assertThat(client.takeHeard()).as(broken).containsExactly("disconnect parse error");
            client.advance(1000);
            assertThat(client.network.webSockets).hasSize(2);
        }
    }

    @Test
    void takesBytesThatNobodyAnnouncedForUnreadable() {
        client.connected();
        client.loop.turn(() -> client.webSocket().binary(1));
        assertThat(client.takeHeard()).containsExactly("disconnect parse error");
    }

    @Test
    void takesNoMoreAttachmentsThanTen() {
        client.connected();
        client.receive("4511-[\"a\"]");
        assertThat(client.takeHeard()).containsExactly("disconnect parse error");
    }

    @Test
    void takesNothingDeeperThanItsLimit() {
        client = ManualClient.socketIo(options -> options.maxJsonDepth(3)).connected();
        client.receive("42[\"a\",[[1]]]");
        assertThat(client.takeHeard()).containsExactly("a [[[1]]]");
        client.receive("42[\"a\",[[[[1]]]]]");
        assertThat(client.takeHeard()).containsExactly("disconnect parse error");
    }

    @Test
    void staysAwayWhenTheServerSendsItAway() {
        client.connected();
        client.receive("41");
        assertThat(client.takeHeard()).containsExactly("disconnect io server disconnect");
        assertThat(client.socket.isActive()).isFalse();
        assertThat(client.webSocket().closed).isZero();
        client.advance(600_000);
        assertThat(client.network.webSockets).hasSize(1);
        client.socket.connect();
        client.loop.runTasks();
        client.letIn("s2");
        assertThat(client.takeHeard()).containsExactly("connect");
    }

    @Test
    void staysAwayWhenItIsRefused() {
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        client.socket.onConnectError(e -> client.heard.add(
                e instanceof ConnectRefusedException refused
                        ? String.valueOf(refused.data().orElse(null))
                        : "another"));
        client.receive("44{\"message\":\"no\",\"data\":[1,{\"a\":2}]}");
        assertThat(client.takeHeard()).containsExactly("connect error no", "[1,{\"a\":2}]");
        assertThat(client.socket.isActive()).isFalse();
        client.advance(600_000);
        assertThat(client.network.webSockets).hasSize(1);
    }

    @Test
    void leavesAndClosesTheConnection() {
        client.connected();
        client.socket.disconnect();
        assertThat(client.takeSent()).containsExactly("41");
        assertThat(client.takeHeard()).containsExactly("disconnect io client disconnect");
        assertThat(client.webSocket().closed).isZero();
        assertThat(client.socket.isActive()).isFalse();
        client.advance(600_000);
        assertThat(client.network.webSockets).hasSize(1);
    }

    @Test
    void leavesWhileItComesBack() {
        client.connected();
        client.cut();
        client.socket.disconnect();
        client.advance(600_000);
        assertThat(client.network.webSockets).hasSize(1);
        assertThat(client.loop.timers()).isZero();
        client.socket.connect();
        client.loop.runTasks();
        assertThat(client.network.webSockets).hasSize(2);
    }

    @Test
    void closesForGood() {
        client.connected();
        client.socket.close();
        client.loop.runTasks();
        assertThat(client.unused).isEqualTo(1);
        assertThat(client.gone).isZero();
        client.cut();
        assertThat(client.gone).isEqualTo(1);
        assertThat(client.loop.timers()).isZero();
        assertThatIllegalStateException().isThrownBy(client.socket::connect);
    }

    @Test
    void asksForItsTokenAtEachConnection() {
        int[] asked = {0};
        client = ManualClient.socketIo(options -> options.authSupplier(() -> Map.of("token", ++asked[0])));
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        assertThat(client.takeSent()).containsExactly("40{\"token\":1}");
        client.receive("40{\"sid\":\"s1\"}");
        client.cut();
        client.advance(1000);
        client.accept();
        assertThat(client.takeSent()).containsExactly("40{\"token\":2}");
    }

    @Test
    void asksAgainForATokenThatWasNotThere() {
        boolean[] fails = {true};
        client = ManualClient.socketIo(options -> options.authSupplier(() -> {
            if (fails[0]) {
                throw new IllegalStateException("no token");
            }
            return Map.of("token", 1);
        }));
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        assertThat(client.takeHeard()).containsExactly("connect error no token");
        assertThat(client.takeSent()).isEmpty();
        fails[0] = false;
        client.advance(5000);
        assertThat(client.takeSent()).containsExactly("40{\"token\":1}");
    }

    @Test
    void namesTheSessionThatItComesBackTo() {
        client = ManualClient.socketIo(options -> options.auth(Map.of("token", 1)));
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        client.receive(
                "40{\"sid\":\"s1\",\"pid\":\"p1\"}", "42[\"hi\",7]", "42[\"hi\",\"o1\"]", "42[\"hi\",\"x\",\"o2\"]");
        client.takeHeard();
        client.cut();
        client.advance(1000);
        client.takeSent();
        client.accept();
        assertThat(client.takeSent()).containsExactly("40{\"pid\":\"p1\",\"offset\":\"o2\",\"token\":1}");
        client.receive("42[\"missed\",\"o3\"]");
        client.receive("40{\"sid\":\"s1\",\"pid\":\"p1\"}");
        assertThat(client.takeHeard())
                .containsExactly(
                        "disconnect transport close", "attempt 1", "reconnect 1", "connect", "missed [\"o3\"]");
        assertThat(client.socket.isRecovered()).isTrue();
        client.cut();
        client.advance(1000);
        client.accept();
        assertThat(client.takeSent()).containsExactly("40{\"pid\":\"p1\",\"offset\":\"o3\",\"token\":1}");
        client.receive("40{\"sid\":\"s2\",\"pid\":\"p2\"}");
        assertThat(client.socket.isRecovered()).isFalse();
    }

    @Test
    void hearsMissedEventsOnceWhenItIsCutAmongThem() {
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        client.receive("40{\"sid\":\"s1\",\"pid\":\"p1\"}", "42[\"hi\",\"o1\"]");
        client.cut();
        client.advance(1000);
        client.accept();
        client.receive("42[\"missed\",\"o2\"]");
        client.cut();
        client.advance(1000);
        client.takeSent();
        client.accept();
        assertThat(client.takeSent()).containsExactly("40{\"pid\":\"p1\",\"offset\":\"o1\"}");
        client.receive("42[\"missed\",\"o2\"]", "40{\"sid\":\"s1\",\"pid\":\"p1\"}");
        assertThat(client.takeHeard()).containsOnlyOnce("missed [\"o2\"]");
    }

    @Test
    void keepsWhatComesBeforeItIsLetIn() {
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        client.receive("42[\"early\",1]", "420[\"ask\"]");
        assertThat(client.takeHeard()).isEmpty();
        client.receive("40{\"sid\":\"s1\"}");
        assertThat(client.takeHeard()).containsExactly("connect", "early [1]", "ask []");
    }

    @Test
    void needsAServerOfProtocolFive() {
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        client.receive("40");
        assertThat(client.takeHeard()).containsExactly("connect error a server of Socket.IO 3 or newer expected");
    }

    @Test
    void sharesAConnectionAmongNamespaces() {
        client.connected();
        Socket admin = client.manager.socket("/admin");
        client.listen(admin, "admin ");
        admin.connect();
        assertThat(client.takeSent()).containsExactly("40/admin,");
        client.receive("40/admin,{\"sid\":\"a1\"}", "42/admin,[\"x\"]", "42[\"y\"]");
        assertThat(client.takeHeard()).containsExactly("admin connect", "admin x []", "y []");
        client.socket.disconnect();
        assertThat(client.takeSent()).containsExactly("41");
        assertThat(client.webSocket().closed).isEqualTo(-1);
        client.cut();
        client.advance(1000);
        client.accept();
        assertThat(client.takeSent()).containsExactly("40/admin,");
        assertThat(client.manager.socket("admin")).isSameAs(admin);
    }

    private Socket leaving() {
        client.connected();
        Socket admin = client.manager.socket("/admin");
        client.listen(admin, "admin ");
        admin.connect();
        assertThat(client.takeSent()).containsExactly("40/admin,");
        admin.disconnect();
        assertThat(client.takeSent()).isEmpty();
        return admin;
    }

    @Test
    void leavesWhenTheServerLetsItInAfterAll() {
        Socket admin = leaving();
        client.receive("40/admin,{\"sid\":\"a1\"}", "42/admin,[\"x\"]");
        assertThat(client.takeSent()).containsExactly("41/admin,");
        assertThat(client.takeHeard()).isEmpty();
        admin.connect();
        assertThat(client.takeSent()).containsExactly("40/admin,");
        client.receive("40/admin,{\"sid\":\"a2\"}");
        assertThat(client.takeHeard()).containsExactly("admin connect");
        assertThat(admin.id()).isEqualTo("a2");
    }

    @Test
    void asksAgainWhenItHasTheAnswerThatItDidNotWaitFor() {
        Socket admin = leaving();
        admin.connect();
        assertThat(client.takeSent()).isEmpty();
        client.receive("40/admin,{\"sid\":\"a1\"}");
        assertThat(client.takeSent()).containsExactly("41/admin,", "40/admin,");
        client.receive("40/admin,{\"sid\":\"a2\"}");
        assertThat(client.takeHeard()).containsExactly("admin connect");
    }

    @Test
    void asksAgainAfterARefusalThatItDidNotWaitFor() {
        Socket admin = leaving();
        admin.connect();
        client.receive("44/admin,{\"message\":\"no\"}");
        assertThat(client.takeSent()).containsExactly("40/admin,");
        assertThat(client.takeHeard()).isEmpty();
    }

    @Test
    void leavesAlsoForASocketThatIsGone() {
        leaving().close();
        client.loop.runTasks();
        client.receive("40/admin,{\"sid\":\"a1\"}");
        assertThat(client.takeSent()).containsExactly("41/admin,");
    }

    @Test
    void waitsForNoAnswerOfAConnectionThatIsOver() {
        Socket admin = leaving();
        client.cut();
        admin.connect();
        client.advance(1000);
        client.accept();
        assertThat(client.takeSent()).containsExactlyInAnyOrder("40", "40/admin,");
    }

    @Test
    void hasNoMoreSocketsWhenTheLastWasClosed() {
        client.socket.close();
        client.loop.runTasks();
        assertThatIllegalStateException().isThrownBy(() -> client.manager.socket("/more"));
        assertThat(client.manager.add("/more", client.manager.options())).isNull();
    }

    @Test
    void makesAnotherSocketInThePlaceOfAClosedOne() {
        client.connected();
        Socket admin = client.manager.socket("/admin").connect();
        assertThat(client.takeSent()).containsExactly("40/admin,");
        client.receive("40/admin,{\"sid\":\"a1\"}");
        admin.close(); // the loop has not got to it yet
        Socket another = client.manager.socket("/admin").connect();
        assertThat(another).isNotSameAs(admin);
        assertThat(client.takeSent()).containsExactly("41/admin,", "40/admin,");
        client.receive("40/admin,{\"sid\":\"a2\"}");
        assertThat(another.id()).isEqualTo("a2");
        assertThat(client.manager.socket("/admin")).isSameAs(another);
    }

    @Test
    void asksWhoItIsOnceAtATime() {
        List<Runnable> asked = new ArrayList<>();
        int[] given = {0};
        client = ManualClient.socketIo(options -> options.authSupplier(() -> Map.of("token", ++given[0])));
        client.auth = asked::add;
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        for (int i = 0; i < 3; i++) {
            client.cut();
            client.advance(5000);
            client.accept();
        }
        assertThat(asked).hasSize(1);
        asked.remove(0).run(); // for the first connection
        client.loop.runTasks();
        assertThat(client.takeSent()).isEmpty();
        asked.remove(0).run();
        assertThat(client.takeSent()).containsExactly("40{\"token\":2}");
        assertThat(asked).isEmpty();
    }

    /** Has no words for the end. */
    private record Mute(Dialect dialect) implements Dialect {
        @Override
        public String name() {
            return dialect.name();
        }

        @Override
        public @Nullable Encoded encode(Packet packet) {
            if (packet instanceof Packet.Disconnect) {
                throw new StackOverflowError();
            }
            return dialect.encode(packet);
        }

        @Override
        public PacketDecoder newDecoder(String namespace) {
            return dialect.newDecoder(namespace);
        }

        @Override
        public boolean closesOnError() {
            return true;
        }
    }

    @Test
    void leavesThoughItsParserFails() {
        client = ManualClient.socketIo(
                        options -> options.parser((limits, codec) -> new Mute(new SocketIoDialect(limits, codec))))
                .connected();
        client.socket.close();
        client.loop.runTasks();
        assertThat(client.unused).isEqualTo(1);
    }

    @Test
    void isRefusedWhenItHasMoreToSayThanTheServerTakes() {
        client = ManualClient.socketIo(options -> options.auth(Map.of("token", "x".repeat(1000))));
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        assertThat(client.takeSent()).isEmpty();
        assertThat(client.takeHeard()).containsExactly("connect error auth: more than the server takes in one message");
        assertThat(client.socket.isActive()).isFalse();
    }

    @Test
    void endsAConnectionWhoseServerTakesNothing() {
        client =
                ManualClient.socketIo(options -> options.maxBufferedBytes(1000)).connected();
        client.webSocket().writable = false;
        for (int i = 0; i < 100 && client.socket.isConnected(); i++) {
            client.receive("42" + i + "[\"ask\"]");
        }
        client.socket.on("ask", event -> event.ack().send("x".repeat(900)));
        for (int i = 0; i < 100 && client.socket.isConnected(); i++) {
            client.receive("42" + i + "[\"ask\"]");
        }
        assertThat(client.takeHeard()).contains("disconnect transport error");
    }

    @Test
    void takesEveryKindOfPacket() {
        Payload none = Payload.empty();
        Map<Class<?>, Packet> samples = Map.of(
                Packet.Connect.class, new Packet.Connect("/", null),
                Packet.ConnectError.class, new Packet.ConnectError("/", "no", null),
                Packet.Disconnect.class, new Packet.Disconnect("/"),
                Packet.Event.class, new Packet.Event("/", "a", none, Packet.NO_ACK),
                Packet.Ack.class, new Packet.Ack("/", 1, none),
                Packet.Failure.class, new Packet.Failure("/", "no"));
        assertThat(samples.keySet()).containsExactlyInAnyOrder(Packet.class.getPermittedSubclasses());
        for (Packet packet : samples.values()) {
            client = ManualClient.socketIo(options -> options).connected();
            client.loop.turn(() -> client.socket.state().onPacket(packet));
        }
    }

    @Test
    void reportsTheCodeOfACloseFrame() {
        client.connected();
        client.loop.turn(() -> client.webSocket()
                .listener
                .onEnd(new Ending(CloseReason.TRANSPORT_CLOSE, "service restart", 1012, null)));
        assertThat(client.takeHeard()).containsExactly("disconnect transport close 1012");
    }

    @Test
    void doesNotTakeALongTextForAnOffset() {
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        client.receive(
                "40{\"sid\":\"s1\",\"pid\":\"p1\"}", "42[\"hi\",\"o1\"]", "42[\"hi\",\"" + "x".repeat(2000) + "\"]");
        client.cut();
        client.advance(1000);
        client.takeSent();
        client.accept();
        assertThat(client.takeSent()).containsExactly("40{\"pid\":\"p1\",\"offset\":\"o1\"}");
        client.receive("40{\"sid\":\"s2\",\"pid\":\"" + "p".repeat(2000) + "\"}");
        client.cut();
        client.advance(1000);
        client.accept();
        assertThat(client.takeSent()).containsExactly("40");
    }

    @Test
    void hasNoMoreSocketsOnceAllAreClosed() {
        client.manager.closeSockets();
        assertThat(client.manager.add("/more", client.manager.options())).isNull();
        client.loop.runTasks();
        assertThat(client.gone).isOne();
    }

    /** Socket.IO's, but that its decoder fails. */
    private record Failing(Dialect dialect) implements Dialect, PacketDecoder {
        @Override
        public String name() {
            return "failing";
        }

        @Override
        public @Nullable Encoded encode(Packet packet) {
            return dialect.encode(packet);
        }

        @Override
        public PacketDecoder newDecoder(String namespace) {
            return this;
        }

        @Override
        public boolean closesOnError() {
            return true;
        }

        @Override
        public @Nullable Packet text(byte[] utf8, int from) {
            throw new StackOverflowError();
        }

        @Override
        public @Nullable Packet binary(byte[] data) {
            return null;
        }

        @Override
        public boolean isWaiting() {
            return false;
        }
    }

    @Test
    void comesBackWhenAParserFails() {
        client = ManualClient.socketIo(
                options -> options.parser((limits, codec) -> new Failing(new SocketIoDialect(limits, codec))));
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        client.receive("42[\"a\"]");
        assertThat(client.takeHeard()).containsExactly("connect error a decoder failed");
        assertThat(client.socket.isActive()).isTrue();
    }
}
