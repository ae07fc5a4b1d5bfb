package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connection state recovery, <a href="https://socket.io/docs/v4/connection-state-recovery">as Socket.IO has it</a>. */
class RecoveryTest extends ServerFixture {

    private static final Pattern ENTERED =
            Pattern.compile("40\\{\"sid\":\"([A-Za-z0-9_-]{20})\",\"pid\":\"([A-Za-z0-9_-]{20})\"}");
    private static final Pattern OFFSET = Pattern.compile(",\"([^\",]+)\"]$");

    /** A client that is in, and what it needs to come back. */
    private record Client(WireClient wire, String sid, String pid) {

        /** The next event must be this one; gives its offset. */
        String expect(String event) {
            return offset(wire.text(), event);
        }
    }

    private static String offset(String text, String event) {
        Matcher matcher = OFFSET.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        assertThat(text.substring(0, matcher.start()) + "]").isEqualTo(event);
        return matcher.group(1);
    }

    private MaruServer serveRecovering() {
        return serveRecovering(options -> {});
    }

    private MaruServer serveRecovering(Consumer<ServerOptions.Builder> more) {
        MaruServer server = serve(options -> {
            options.recovery(RecoveryOptions.DEFAULTS);
            more.accept(options);
        });
        server.onConnection(socket -> socket.on("join", event -> {
            socket.join(Objects.requireNonNull(event.get(0, String.class)));
            event.ack().send();
        }));
        return server;
    }

    private Client enter() {
        return enter(engineIo().send("40"));
    }

    private Client enter(WireClient wire) {
        String text = beyondPings(wire);
        Matcher matcher = ENTERED.matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        return new Client(wire, matcher.group(1), matcher.group(2));
    }

    private WireClient comeBack(String pid, String offset) {
        return engineIo().send("40{\"pid\":\"" + pid + "\",\"offset\":\"" + offset + "\"}");
    }

    private void cut(Client client) {
        client.wire.close();
        await().until(() -> !server().main().sockets().containsKey(client.sid));
    }

    @Test
    void givesEachEventAnOffset() {
        serveRecovering();
        start();
        Client client = enter();
        server().emit("all", 1);
        server().to(client.sid).emit("one");
        String first = client.expect("42[\"all\",1]");
        assertThat(client.expect("42[\"one\"]")).isNotEqualTo(first);
    }

    @Test
    void givesNoneToQuestionsAnswersAndVolatileEvents() {
        serveRecovering()
                .onConnection(socket -> socket.on("go", event -> {
                    socket.asVolatile().emit("v", 1);
                    socket.request("q", "text");
                    event.ack().send("a");
                }));
        start();
        Client client = enter();
        client.wire.send("427[\"go\"]").expect("42[\"v\",1]", "420[\"q\",\"text\"]", "437[\"a\"]");
    }

    @Test
    void givesBackIdRoomsAndDataAndWhatWasMissedInOrder() {
        serveRecovering().onConnection(socket -> socket.data().putIfAbsent("name", "first of " + socket.id()));
        start();
        Client client = enter();
        client.wire.send("420[\"join\",\"lobby\"]").expect("430[]");
        server().emit("seen");
        String offset = client.expect("42[\"seen\"]");
        cut(client);
        server().emit("all", 1);
        server().to("lobby").emit("room", 2);
        server().to("elsewhere").emit("not for it");
        server().main().except("lobby").emit("not for it");
        server().to(client.sid).emit("own", new byte[] {1, 2});

        WireClient wire = comeBack(client.pid, offset);
        offset(wire.text(), "42[\"all\",1]");
        offset(wire.text(), "42[\"room\",2]");
        offset(wire.text(), "451-[\"own\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(wire.bytes()).containsExactly(1, 2);
        Client back = enter(wire);
        assertThat(back.sid).isEqualTo(client.sid);
        assertThat(back.pid).isEqualTo(client.pid);
        Socket socket = Objects.requireNonNull(server().main().sockets().get(client.sid));
        assertThat(socket.isRecovered()).isTrue();
        assertThat(socket.rooms()).containsExactlyInAnyOrder(client.sid, "lobby");
        assertThat(socket.data()).containsEntry("name", "first of " + client.sid);
        server().to("lobby").emit("after");
        back.expect("42[\"after\"]");
        fence(back.wire);
        assertThat(server().stats().recovery().recovered()).isEqualTo(1);
    }

    @Test
    void doesNotRepeatTheSendersOwn() {
        serveRecovering()
                .onConnection(socket -> socket.on("tell", event -> {
                    await().until(() -> !socket.isConnected());
                    socket.broadcast().emit("told");
                }));
        start();
        Client client = enter();
        Client other = enter();
        client.wire.send("42[\"tell\"]");
        cut(client);
        other.expect("42[\"told\"]");
        Client back = enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}"));
        fence(back.wire);
    }

    @Test
    void worksAgainAndAgain() {
        serveRecovering();
        start();
        Client client = enter();
        String offset = "";
        for (int i = 0; i < 5; i++) {
            cut(client);
            server().emit("n", i);
            WireClient wire =
                    i == 0 ? engineIo().send("40{\"pid\":\"" + client.pid + "\"}") : comeBack(client.pid, offset);
            offset = offset(wire.text(), "42[\"n\"," + i + "]");
            client = enter(wire);
        }
        assertThat(server().stats().recovery().recovered()).isEqualTo(5);
    }

    @Test
    void sendsAgainWhatTheClientDidNotGet() {
        serveRecovering();
        start();
        Client client = enter();
        server().emit("got");
        String offset = client.expect("42[\"got\"]");
        server().emit("sent, and not read");
        await().until(() -> server().stats().sentFrames() >= 4);
        cut(client);
        WireClient wire = comeBack(client.pid, offset);
        offset(wire.text(), "42[\"sent, and not read\"]");
        enter(wire);
    }

    @Test
    void letsNobodyHaveASessionThatIsStillAlive() {
        serveRecovering();
        start();
        Client client = enter();
        Client thief = enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}"));
        assertThat(thief.sid).isNotEqualTo(client.sid);
        cut(client);
        assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                .isEqualTo(client.sid);
        assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                .isNotEqualTo(client.sid);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"pid\":\"nobody\",\"offset\":\"x\"}",
                "{\"pid\":\"$pid\",\"offset\":\"x\"}",
                "{\"pid\":\"$pid\",\"offset\":\"$offset0\"}",
                "{\"pid\":\"$pid\",\"offset\":\"$offset-\"}",
                "{\"pid\":\"$pid\",\"offset\":\"$offsetzzzzzzzzzzzzzzzz\"}",
                "{\"pid\":\"$pid\",\"offset\":\"\"}",
                "{\"pid\":\"$pid\",\"offset\":1}",
                "{\"pid\":\"$pid\",\"offset\":null}",
                "{\"pid\":1,\"offset\":\"$offset\"}",
                "{\"pid\":null}",
                "{\"offset\":\"$offset\"}",
            })
    void beginsAnewForWhatItDoesNotKnow(String auth) {
        serveRecovering();
        start();
        Client client = enter();
        server().emit("seen");
        String offset = client.expect("42[\"seen\"]");
        cut(client);
        Client back =
                enter(engineIo().send("40" + auth.replace("$pid", client.pid).replace("$offset", offset)));
        assertThat(back.sid).isNotEqualTo(client.sid);
        assertThat(back.pid).isNotEqualTo(client.pid);
        fence(back.wire);
    }

    @Test
    void endsWithADisconnectOfEitherSide() {
        serveRecovering().onConnection(socket -> socket.on("kick", event -> socket.disconnect(true)));
        start();
        Client left = enter();
        left.wire.send("41");
        await().until(() -> server().main().sockets().isEmpty());
        Client kicked = enter();
        kicked.wire.send("42[\"kick\"]").expect("41");
        await().until(() -> server().main().sockets().isEmpty());
        for (Client client : List.of(left, kicked)) {
            assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                    .isNotEqualTo(client.sid);
        }
        assertThat(server().stats().recovery().bytes()).isZero();
    }

    @Test
    void forgetsWhoIsAwayTooLong() {
        serveRecovering(
                options -> options.recovery(RecoveryOptions.DEFAULTS.maxDisconnection(Duration.ofMillis(1500))));
        start();
        Client client = enter();
        cut(client);
        assertThat(server().stats().recovery().bytes()).isPositive();
        await().until(() -> server().stats().recovery().bytes() == 0);
        assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                .isNotEqualTo(client.sid);
    }

    @Test
    void keepsNoMoreThanItMayAndSaysWhatItDropped() {
        serveRecovering(options -> options.recovery(RecoveryOptions.DEFAULTS.maxBytes(20_000)));
        start();
        Client quiet = enter();
        server().to(quiet.sid).emit("one");
        String offset = quiet.expect("42[\"one\"]");
        Client late = enter();
        cut(late);
        String text = "x".repeat(1_000);
        for (int i = 0; i < 100; i++) {
            server().to("nobody").emit("n", text);
            assertThat(server().stats().recovery().bytes()).isLessThanOrEqualTo(20_000);
        }
        assertThat(server().stats().recovery().evicted()).isGreaterThanOrEqualTo(80);
        // what it missed may have been among what was dropped
        assertThat(enter(engineIo().send("40{\"pid\":\"" + late.pid + "\"}")).sid)
                .isNotEqualTo(late.sid);
        // it had got all when it was cut off, however long ago that was sent
        cut(quiet);
        assertThat(enter(comeBack(quiet.pid, offset)).sid).isEqualTo(quiet.sid);
        assertThat(server().stats().recovery().notRecovered()).isEqualTo(1);
    }

    @Test
    void givesAnEventThatIsTooLargeToNobodyAgain() {
        serveRecovering(options -> options.recovery(RecoveryOptions.DEFAULTS.maxBytes(5_000)));
        start();
        Client client = enter();
        cut(client);
        server().emit("large", "x".repeat(10_000));
        assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                .isNotEqualTo(client.sid);
    }

    @Test
    void putsAnOffsetBehindAVolatileTextThatAClientWouldTakeForOne() {
        serveRecovering();
        start();
        Client client = enter();
        server().emit("kept");
        String kept = client.expect("42[\"kept\"]");
        server().main().asVolatile().emit("v", "text");
        String offset = client.expect("42[\"v\",\"text\"]");
        assertThat(offset).isEqualTo(kept);
        cut(client);
        server().emit("missed");
        WireClient wire = comeBack(client.pid, offset);
        offset(wire.text(), "42[\"missed\"]");
        assertThat(enter(wire).sid).isEqualTo(client.sid);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asksMiddlewaresAgainWhereItIsTold(boolean skip) {
        AtomicInteger asked = new AtomicInteger();
        serveRecovering(options -> options.recovery(RecoveryOptions.DEFAULTS.skipMiddlewares(skip)))
                .use(socket -> {
                    asked.incrementAndGet();
                    return null;
                });
        start();
        Client client = enter();
        cut(client);
        assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                .isEqualTo(client.sid);
        assertThat(asked).hasValue(skip ? 1 : 2);
    }

    @Test
    void keepsTheSessionOfOneWhomAMiddlewareRefuses() {
        serveRecovering(options -> options.recovery(RecoveryOptions.DEFAULTS.skipMiddlewares(false)))
                .use(socket -> {
                    if (socket.handshake().auth().get("bad") != null) {
                        throw new ConnectRefusedException("no");
                    }
                    return null;
                });
        start();
        Client client = enter();
        cut(client);
        engineIo().send("40{\"bad\":1,\"pid\":\"" + client.pid + "\"}").expect("44{\"message\":\"no\"}");
        assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                .isEqualTo(client.sid);
    }

    @Test
    void waitsForTheHandlersThatHearOfTheLeaving() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        List<String> heard = new ArrayList<>();
        serveRecovering().onConnection(socket -> {
            heard.add("in");
            socket.onDisconnect(reason -> {
                mayEnd.await();
                heard.add("out");
            });
        });
        start();
        Client client = enter();
        cut(client);
        WireClient wire = engineIo().send("40{\"pid\":\"" + client.pid + "\"}");
        server().emit("missed");
        mayEnd.countDown();
        offset(wire.text(), "42[\"missed\"]");
        Client back = enter(wire);
        fence(back.wire);
        assertThat(heard).containsExactly("in", "out", "in");
        mayEnd.countDown();
    }

    @Test
    void keepsAChildNamespaceAsLongAsSomebodyMayComeBack() {
        serveRecovering(options -> options.cleanupEmptyChildNamespaces(true)
                        .recovery(RecoveryOptions.DEFAULTS.maxDisconnection(Duration.ofSeconds(2))))
                .of(Pattern.compile("^/dyn$"));
        start();
        WireClient wire = engineIo().send("40/dyn,");
        String answer = wire.text();
        String pid = answer.substring(answer.length() - 22, answer.length() - 2);
        wire.close();
        await().until(() -> server().stats().clients() == 0);
        assertThat(server().stats().namespaces()).isEqualTo(2);
        WireClient back = engineIo().send("40/dyn,{\"pid\":\"" + pid + "\"}");
        assertThat(back.text()).isEqualTo(answer);
        back.close();
        await().until(() -> server().stats().namespaces() == 1);
        assertThat(server().stats().recovery().bytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsTheOrderOfWhatAHandlerDoes(boolean onLoop) {
        serveRecovering(options -> {
                    if (onLoop) {
                        options.handlersOnEventLoop();
                    }
                })
                .onConnection(socket -> socket.on("go", event -> {
                    socket.emit("a");
                    event.ack().send();
                    socket.join("r");
                    server().to("r").emit("b");
                    socket.leave("r");
                    server().to("r").emit("not for it");
                    socket.request("c");
                    socket.asVolatile().emit("d");
                    socket.emit("e");
                    socket.disconnect();
                }));
        start();
        Client client = enter();
        client.wire.send("421[\"go\"]");
        client.expect("42[\"a\"]");
        client.wire.expect("431[]");
        client.expect("42[\"b\"]");
        client.wire.expect("420[\"c\"]", "42[\"d\"]");
        client.expect("42[\"e\"]");
        client.wire.expect("41");
    }

    // ---- what must not be had

    @Test
    void givesNothingFromBeforeItsTime() {
        serveRecovering();
        start();
        Client first = enter();
        server().emit("before");
        String before = first.expect("42[\"before\"]");
        server().emit("between");
        Client second = enter();
        cut(second);
        Client back = enter(comeBack(second.pid, before));
        assertThat(back.sid).isEqualTo(second.sid);
        fence(back.wire);
    }

    @Test
    void keepsSessionsWhereEventsFillTheirShare() {
        serveRecovering(options -> options.recovery(RecoveryOptions.DEFAULTS.maxBytes(20_000)));
        start();
        Client client = enter();
        for (int i = 0; i < 100; i++) {
            server().to("nobody").emit("n", "x".repeat(100));
        }
        cut(client);
        assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                .isEqualTo(client.sid);
    }

    @Test
    void countsWhatAnEventKeepsAndNotOnlyWhatItSays() {
        serveRecovering()
                .onConnection(socket -> socket.on("relay", event -> {
                    server().to("nobody").emit("relayed", event.args());
                    event.ack().send();
                }));
        start();
        Client client = enter();
        client.wire.send("420[" + " ".repeat(50_000) + "\"relay\",1]").expect("430[]");
        assertThat(server().stats().recovery().bytes()).isGreaterThan(50_000);
        long then = server().stats().recovery().bytes();
        String[] rooms = new String[1_000];
        Arrays.setAll(rooms, i -> "room" + i);
        server().to(rooms).emit("x");
        assertThat(server().stats().recovery().bytes() - then).isGreaterThan(100_000);
    }

    @Test
    void keepsNothingOfANamespaceThatIsGone() {
        serveRecovering(options -> options.cleanupEmptyChildNamespaces(true))
                .of(Pattern.compile("^/dyn$"))
                .onConnection(socket -> socket.onDisconnect(reason -> {
                    await().until(() -> server().stats().namespaces() == 1);
                    socket.broadcast().emit("left");
                    socket.emit("left");
                }));
        start();
        WireClient wire = engineIo().send("40/dyn,");
        assertThat(wire.text()).startsWith("40/dyn,");
        wire.send("41/dyn,");
        await().until(() -> Objects.equals(server().stats().drops().get(Drop.GONE), 1L));
        assertThat(server().stats().recovery().bytes()).isZero();
    }

    @Test
    void beginsAnewForWhoHasMissedMoreThanItTakesAtOnce() {
        serveRecovering(options -> options.engine(engine -> engine.maxBufferedBytes(20_000)));
        start();
        Client client = enter();
        cut(client);
        for (int i = 0; i < 100; i++) {
            server().emit("n", i);
        }
        assertThat(enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}")).sid)
                .isNotEqualTo(client.sid);
        assertThat(server().stats().slowConsumers()).isZero();
    }

    @Test
    void sendsWhatAMiddlewareSaysOnceAndBehindWhatWasMissed() {
        serveRecovering(options -> options.recovery(RecoveryOptions.DEFAULTS.skipMiddlewares(false)))
                .use(socket -> {
                    socket.emit("hello");
                    return null;
                });
        start();
        WireClient wire = engineIo().send("40");
        offset(wire.text(), "42[\"hello\"]");
        Client client = enter(wire);
        cut(client);
        server().emit("missed");
        WireClient again = engineIo().send("40{\"pid\":\"" + client.pid + "\"}");
        offset(again.text(), "42[\"missed\"]");
        offset(again.text(), "42[\"hello\"]");
        fence(enter(again).wire);
    }

    @Test
    void knowsRoomsOfTheTimeOfAnEvent() {
        serveRecovering()
                .onConnection(socket -> socket.on("mute", event -> {
                    socket.join("muted");
                    event.ack().send();
                }));
        start();
        Client client = enter();
        // sent, and lost on its way, before it was muted
        server().main().except("muted").emit("n", 1);
        client.expect("42[\"n\",1]");
        client.wire.send("421[\"mute\"]").expect("431[]");
        cut(client);
        server().main().except("muted").emit("n", 2);
        WireClient wire = engineIo().send("40{\"pid\":\"" + client.pid + "\"}");
        offset(wire.text(), "42[\"n\",1]");
        fence(enter(wire).wire);
    }

    private void serveLeaving() {
        serveRecovering()
                .onConnection(socket -> socket.on("leave", event -> {
                    socket.leave(Objects.requireNonNull(event.get(0, String.class)));
                    event.ack().send();
                }));
        start();
    }

    @Test
    void knowsRoomsThatWereLeftSince() {
        serveLeaving();
        Client client = enter();
        client.wire
                .send("420[\"join\",\"a\"]")
                .expect("430[]")
                .send("421[\"join\",\"b\"]")
                .expect("431[]");
        server().to("a").emit("seen");
        String offset = client.expect("42[\"seen\"]");
        server().to("a").except("b").emit("not for it");
        server().to("b").emit("lost on its way");
        client.expect("42[\"lost on its way\"]");
        client.wire.send("422[\"leave\",\"b\"]").expect("432[]");
        server().to("b").emit("not for it any more");
        server().to("a").emit("lost as well");
        client.expect("42[\"lost as well\"]");
        cut(client);
        server().to("a").except("b").emit("missed");

        WireClient wire = comeBack(client.pid, offset);
        offset(wire.text(), "42[\"lost on its way\"]");
        offset(wire.text(), "42[\"lost as well\"]");
        offset(wire.text(), "42[\"missed\"]");
        assertThat(enter(wire).sid).isEqualTo(client.sid);
    }

    @Test
    void beginsAnewWhereItIsNotKnownWhichRoomsItWasIn() {
        serveLeaving();
        Client client = enter();
        server().emit("n");
        String offset = client.expect("42[\"n\"]");
        String last = offset;
        for (int i = 0; i < 40; i++) {
            client.wire.send("420[\"join\",\"r\"]").expect("430[]");
            server().to("r").emit("n");
            last = client.expect("42[\"n\"]");
            client.wire.send("420[\"leave\",\"r\"]").expect("430[]");
        }
        cut(client);
        Client again = enter(comeBack(client.pid, last));
        assertThat(again.sid).isEqualTo(client.sid);
        cut(again);
        assertThat(enter(comeBack(client.pid, offset)).sid).isNotEqualTo(client.sid);
        assertThat(server().stats().recovery().notRecovered()).isOne();
    }

    @Test
    void reachesTheClientByTheSocketThatItWas() {
        List<Socket> sockets = new CopyOnWriteArrayList<>();
        serveRecovering().onConnection(sockets::add);
        start();
        Client client = enter();
        await().until(() -> sockets.size() == 1);
        cut(client);
        sockets.get(0).emit("away");
        WireClient wire = engineIo().send("40{\"pid\":\"" + client.pid + "\"}");
        offset(wire.text(), "42[\"away\"]");
        Client back = enter(wire);
        sockets.get(0).emit("back");
        back.expect("42[\"back\"]");
        back.wire.send("41");
        await().until(() -> server().main().sockets().isEmpty());
        long kept = server().stats().recovery().bytes();
        sockets.get(0).emit("gone");
        await().until(() -> server().stats().droppedGone() == 1);
        assertThat(server().stats().recovery().bytes()).isEqualTo(kept);
    }

    @Test
    void keepsTheIdOfOneWhoIsAwayForItAlone() {
        serveRecovering();
        start();
        Client client = enter();
        Client other = enter();
        cut(client);
        other.wire.send("420[\"join\",\"" + client.sid + "\"]").expect("430[]");
        server().to(client.sid).emit("secret");
        server().to(client.sid, "lobby").emit("secret");
        fence(other.wire);
        WireClient wire = engineIo().send("40{\"pid\":\"" + client.pid + "\"}");
        offset(wire.text(), "42[\"secret\"]");
    }

    @Test
    void findsTheRoomThatAHandlerLetsItJoinAfterTheBreak() {
        serveRecovering()
                .onConnection(socket -> socket.on("later", event -> {
                    await().until(() -> !socket.isConnected());
                    socket.join("late");
                }));
        start();
        Client client = enter();
        client.wire.send("42[\"later\"]");
        fenceSending(client);
        cut(client);
        WireClient wire = engineIo().send("40{\"pid\":\"" + client.pid + "\"}");
        Client back = enter(wire);
        server().to("late").emit("n");
        back.expect("42[\"n\"]");
    }

    @Test
    void holdsJoinsAfterTheBreakToTheLimitsOfJoins() {
        List<String> refused = new CopyOnWriteArrayList<>();
        serveRecovering(options -> options.maxRoomsPerSocket(2).maxNameLength(10))
                .onConnection(socket -> socket.on("later", event -> {
                    await().until(() -> !socket.isConnected());
                    for (String room : List.of("a", "x".repeat(11), "a", "b", "c")) {
                        try {
                            socket.join(room);
                        } catch (IllegalArgumentException e) {
                            refused.add(room);
                        }
                    }
                    socket.leave("a");
                }));
        start();
        Client client = enter();
        client.wire.send("42[\"later\"]");
        fenceSending(client);
        cut(client);
        Client back = enter(engineIo().send("40{\"pid\":\"" + client.pid + "\"}"));
        assertThat(back.sid).isEqualTo(client.sid);
        assertThat(refused).containsExactly("x".repeat(11), "c");
        assertThat(Objects.requireNonNull(server().main().sockets().get(back.sid))
                        .rooms())
                .containsExactlyInAnyOrder(back.sid, "b");
        fence(back.wire);
        assertThat(server().stats().recovery().bytes()).isZero();
    }

    // what was sent before has been read, though its handler may still run
    private static void fenceSending(Client client) {
        client.wire.ping(new byte[] {1}).expectPong(new byte[] {1});
    }

    @Test
    void keepsNothingForThoseWhoCannotComeBack() {
        serveRecovering();
        start();
        WireClient client = plain();
        fencePlain(client);
        client.close();
        await().until(() -> server().main().sockets().isEmpty());
        assertThat(server().stats().recovery().bytes()).isZero();
    }

    // ---- plain clients

    private WireClient plainWithSession() {
        WireClient client = plain("/", "Sec-WebSocket-Protocol: maru.json.session, maru.json");
        assertThat(client.head()).containsIgnoringCase("sec-websocket-protocol: maru.json.session\r\n");
        return client;
    }

    private static String field(String text, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    @Test
    void tellsAPlainClientItsSession() {
        serveRecovering();
        start();
        WireClient client = plainWithSession();
        client.send("{\"type\":\"join\",\"messageId\":1}")
                .expect(
                        "{\"error\":\"A session message is expected first\"}",
                        "{\"type\":\"callback\",\"messageId\":1,\"data\":{\"error\":\"A session message is expected first\"}}");
        String session = client.send("{\"type\":\"session\",\"messageId\":5}").text();
        assertThat(session)
                .matches("\\{\"type\":\"session\",\"id\":\"[^\"]{20}\",\"offset\":\"[^\"]+\",\"recovered\":false}");
        client.expect("{\"type\":\"callback\",\"messageId\":5,\"data\":{\"success\":true}}");
        server().emit("n", Map.of("a", 1));
        server().emit("n", Map.of("offset", 1));
        server().emit("n", 1, 2);
        assertThat(client.text()).matches("\\{\"type\":\"n\",\"offset\":\"[^\"]+\",\"a\":1}");
        assertThat(client.text()).matches("\\{\"type\":\"n\",\"offset\":\"[^\"]+\",\"args\":\\[\\{\"offset\":1}]}");
        assertThat(client.text()).matches("\\{\"type\":\"n\",\"offset\":\"[^\"]+\",\"args\":\\[1,2]}");
    }

    @Test
    void givesAPlainClientBackItsRoomsAndWhatItMissed() {
        serveRecovering();
        start();
        WireClient first = plainWithSession().send("{\"type\":\"session\"}");
        String session = first.text();
        first.send("{\"type\":\"join\",\"args\":[\"lobby\"],\"messageId\":1}")
                .expect("{\"type\":\"callback\",\"messageId\":1}");
        first.close();
        await().until(() -> server().main().sockets().isEmpty());
        server().to("lobby").emit("n", Map.of("a", 1));
        server().to("elsewhere").emit("n", Map.of("a", 2));

        String resume = "{\"type\":\"session\",\"id\":\"" + field(session, "id") + "\",\"offset\":\""
                + field(session, "offset") + "\"}";
        WireClient back = plainWithSession().send(resume);
        assertThat(back.text()).isEqualTo(session.replace("false", "true"));
        assertThat(back.text()).matches("\\{\"type\":\"n\",\"offset\":\"[^\"]+\",\"a\":1}");
        server().to("lobby").emit("n", Map.of("a", 3));
        assertThat(back.text()).endsWith("\"a\":3}");

        String again = plainWithSession().send(resume).text();
        assertThat(again).contains("\"recovered\":false").doesNotContain(field(session, "id"));
    }

    @Test
    void takesAPlainClientsCredentialsWithItsSession() {
        serveRecovering(options -> options.plainAuth(PlainAuth.FIRST_MESSAGE)).use(socket -> {
            if (socket.handshake().auth().get("token") == null) {
                throw new ConnectRefusedException("no");
            }
            return null;
        });
        start();
        WireClient client = plainWithSession();
        client.send("{\"type\":\"session\"}").expect("{\"error\":\"no\"}");
        assertThat(client.send("{\"type\":\"session\",\"auth\":{\"token\":1}}").text())
                .startsWith("{\"type\":\"session\",\"id\":");
    }

    @Test
    void isNotOfferedWhereNobodyCanComeBack() {
        serve();
        start();
        assertThat(plain("/", "Sec-WebSocket-Protocol: maru.json.session, maru.json")
                        .head())
                .containsIgnoringCase("sec-websocket-protocol: maru.json\r\n");
        assertThat(engineIo().send("40{\"pid\":\"x\",\"offset\":\"y\"}").text()).matches("40\\{\"sid\":\"[^\"]{20}\"}");
    }

    @Test
    void tellsOthersWithoutSessionsNoOffsets() {
        serveRecovering();
        start();
        WireClient client = plain();
        fencePlain(client);
        server().emit("n", Map.of("a", 1));
        client.expect("{\"type\":\"n\",\"a\":1}");
    }
}
