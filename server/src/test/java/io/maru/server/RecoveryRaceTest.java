package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients are cut off and come back while several threads send: each gets everything once and in order. */
class RecoveryRaceTest extends ServerFixture {

    private static final int EMITTERS = 3;
    private static final int CLIENTS = 6;
    private static final int EVENTS = 2_000;
    private static final int LONGEST_STAY = 500;
    // how many events are ahead of the readers
    private static final int WINDOW = 300;

    private static final Pattern ENTERED = Pattern.compile("40\\{\"sid\":\"([^\"]+)\",\"pid\":\"([^\"]+)\"}");
    private static final Pattern EVENT = Pattern.compile("42\\[\"n\",(\\d+),(\\d+),\"([^\"]+)\"]");

    private final Semaphore ahead = new Semaphore(WINDOW * CLIENTS);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void loseAndDoubleNothing(boolean onLoops) {
        serve(options -> {
                    options.loops(2)
                            .recovery(RecoveryOptions.DEFAULTS)
                            .engine(engine -> engine.pingInterval(Duration.ofMinutes(5)));
                    if (onLoops) {
                        options.handlersOnEventLoop();
                    }
                })
                .onConnection(socket -> {
                    socket.join("r");
                    // what comes from a loop must not overtake what other threads have sent
                    socket.on("emit", event -> server().to("r").emit("n", EMITTERS, event.get(0, Integer.class)));
                });
        start();
        CountDownLatch in = new CountDownLatch(CLIENTS + 1);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            long seed = i;
            all.add(inThread(() -> new Reader(in, new Random(seed)).run()));
        }
        for (int i = 0; i < EMITTERS; i++) {
            int emitter = i;
            all.add(inThread(() -> {
                awaitAll(in);
                for (int n = 0; n < EVENTS; n++) {
                    ahead.acquireUninterruptibly(CLIENTS);
                    server().to("r").emit("n", emitter, n);
                }
            }));
        }
        WireClient fromLoop = WireClient.open(port(), "/socket.io/?EIO=4&transport=websocket");
        fromLoop.send("40");
        assertThat(fromLoop.text()).startsWith("0{");
        Matcher entered = ENTERED.matcher(fromLoop.text());
        assertThat(entered.matches()).isTrue();
        await().until(() -> isMember(entered.group(1)));
        in.countDown();
        all.add(inThread(() -> {
            awaitAll(in);
            for (int n = 0; n < EVENTS; n++) {
                ahead.acquireUninterruptibly(CLIENTS);
                fromLoop.send("42[\"emit\"," + n + "]");
            }
        }));
        all.add(inThread(() -> {
            for (int got = 0; got < EVENTS * (EMITTERS + 1); ) {
                got += fromLoop.text().startsWith("42[\"n\",") ? 1 : 0;
            }
        }));
        // what fails first is the reason, the others then wait for what never comes
        CompletableFuture<Void> failed = new CompletableFuture<>();
        all.forEach(one -> one.exceptionally(error -> {
            failed.completeExceptionally(error);
            return null;
        }));
        CompletableFuture.anyOf(CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)), failed)
                .orTimeout(2, TimeUnit.MINUTES)
                .join();
        assertThat(server().stats().recovery().recovered()).isGreaterThan(CLIENTS);
        assertThat(server().stats().recovery().notRecovered()).isZero();
        fromLoop.close();
    }

    private boolean isMember(String sid) {
        Socket socket = server().main().sockets().get(sid);
        return socket != null && socket.isIn("r");
    }

    private static void awaitAll(CountDownLatch in) {
        try {
            in.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A client that is cut off again and again. */
    private final class Reader {
        private final CountDownLatch in;
        private final Random random;
        private final Map<Integer, Integer> next = new HashMap<>();
        private String sid = "";
        private String pid = "";
        private String offset = "";
        private int got;

        Reader(CountDownLatch in, Random random) {
            this.in = in;
            this.random = random;
        }

        void run() {
            while (got < EVENTS * (EMITTERS + 1)) {
                try (WireClient wire = WireClient.open(port(), "/socket.io/?EIO=4&transport=websocket")) {
                    assertThat(wire.text()).startsWith("0{");
                    stay(wire);
                }
                await().until(() -> !server().main().sockets().containsKey(sid));
            }
        }

        private void stay(WireClient wire) {
            boolean first = sid.isEmpty();
            String named = offset.isEmpty() ? "" : ",\"offset\":\"" + offset + "\"";
            wire.send(first ? "40" : "40{\"pid\":\"" + pid + "\"" + named + "}");
            int stay = random.nextInt(LONGEST_STAY);
            String text = wire.text();
            while (!text.startsWith("40")) {
                take(text);
                if (stay-- == 0) {
                    return; // cut off while it is sent what it missed
                }
                text = wire.text();
            }
            Matcher entered = ENTERED.matcher(text);
            assertThat(entered.matches()).as(text).isTrue();
            if (first) {
                sid = entered.group(1);
                pid = entered.group(2);
                await().until(() -> isMember(sid));
                in.countDown();
            }
            assertThat(entered.group(1)).as("the same session").isEqualTo(sid);
            for (int i = 0; i < stay && got < EVENTS * (EMITTERS + 1); i++) {
                take(wire.text());
            }
        }

        private void take(String text) {
            Matcher event = EVENT.matcher(text);
            assertThat(event.matches()).as(text).isTrue();
            int emitter = Integer.parseInt(event.group(1));
            int number = Integer.parseInt(event.group(2));
            assertThat(number).as("of emitter %d", emitter).isEqualTo(next.getOrDefault(emitter, 0));
            next.put(emitter, number + 1);
            offset = event.group(3);
            got++;
            ahead.release();
        }
    }
}
