package io.maru.conformance.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.conformance.promises.Member.Kind;
import io.maru.server.Drain;
import io.maru.server.MaruServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.RepeatedTest;

/** A server that is stopped while its clients talk. */
class StopTest {

    private static final int LISTENERS_OF_A_KIND = 6;
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final int SPEAKERS = KINDS.size();

    /** Hears, in order. */
    private static final class Listener implements Member.Listener {
        final Kind kind;
        // guarded by this
        private final List<Integer> heard = new ArrayList<>();
        final CountDownLatch ended = new CountDownLatch(1);

        Listener(Kind kind) {
            this.kind = kind;
        }

        @Override
        public synchronized void onSaid(int number, String rest) {
            heard.add(number);
        }

        @Override
        public void onEnd() {
            ended.countDown();
        }

        synchronized List<Integer> heard() {
            return new ArrayList<>(heard);
        }
    }

    /** Speaks again as soon as it is answered, until it is not. */
    private static final class Speaker implements Member.Listener {
        private final int first;
        private final AtomicInteger answered;
        private int said;

        Speaker(int first) {
            this.first = first;
            this.answered = new AtomicInteger(first);
        }

        void speak(Member member, CountDownLatch warm) {
            int number = first + ++said;
            member.ask("say", number + ",\"x\"").whenComplete((answer, failure) -> {
                if (failure == null) {
                    answered.set(number);
                    warm.countDown();
                    speak(member, warm);
                }
            });
        }

        @Override
        public void onSaid(int number, String rest) {}

        @Override
        public void onEnd() {}
    }

    /** What a speaker was answered before the stop is heard by every member, in order, before its connection ends. */
    @RepeatedTest(3)
    void losesNothingThatWasAnsweredWhenItDrains() throws Exception {
        losesNothing(server -> server.stop(Drain.DEFAULTS.withSpread(Duration.ofMillis(300))), kind -> true);
    }

    // a client that is between two polls just then is not waited for
    @RepeatedTest(3)
    void losesNothingOverWebSocketsWhenItStopsAtOnce() throws Exception {
        losesNothing(server -> server.stop(Duration.ofSeconds(10)), kind -> kind != Kind.POLLING);
    }

    private static void losesNothing(Function<MaruServer, CompletableFuture<Void>> stop, Predicate<Kind> hearsAll)
            throws Exception {
        try (Stalls stalls = new Stalls()) {
            losesNothing(stop, hearsAll, stalls);
        }
    }

    private static void losesNothing(
            Function<MaruServer, CompletableFuture<Void>> stop, Predicate<Kind> hearsAll, Stalls stalls)
            throws Exception {
        MaruServer server =
                MaruServer.create(options -> options.host("127.0.0.1").port(0).loops(3));
        server.onConnection(socket -> {
            socket.on("join", event -> {
                socket.join(Objects.requireNonNull(event.get(0, String.class)));
                event.ack().send();
            });
            socket.on("say", event -> {
                socket.to("lobby").emit("said", event.args());
                event.ack().send();
            });
        });
        server.start();
        List<Listener> listeners = new ArrayList<>();
        for (Kind kind : KINDS) {
            for (int i = 0; i < LISTENERS_OF_A_KIND; i++) {
                Listener listener = new Listener(kind);
                listeners.add(listener);
                Member.enter(kind, server.port(), "/", listener)
                        .ask("join", "\"lobby\"")
                        .orTimeout(30, TimeUnit.SECONDS)
                        .join();
            }
        }
        List<Speaker> speakers = new ArrayList<>();
        CountDownLatch warm = new CountDownLatch(500);
        for (int i = 0; i < SPEAKERS; i++) {
            Speaker speaker = new Speaker(i * 1_000_000);
            speakers.add(speaker);
            speaker.speak(Member.enter(KINDS.get(i), server.port(), "/", speaker), warm);
        }
        assertThat(warm.await(60, TimeUnit.SECONDS)).isTrue();
        List<Integer> answered = speakers.stream()
                .map(speaker -> speaker.answered.get() - speaker.first)
                .toList();
        long begin = stalls.nanoTime();
        stop.apply(server).orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(stalls.since(begin)).isLessThan(Duration.ofSeconds(10));
        for (Listener listener : listeners) {
            assertThat(listener.ended.await(30, TimeUnit.SECONDS)).isTrue();
            List<Integer> heard = listener.heard();
            for (int k = 0; k < SPEAKERS; k++) {
                Speaker speaker = speakers.get(k);
                List<Integer> ofSpeaker = heard.stream()
                        .filter(number -> number > speaker.first && number < speaker.first + 1_000_000)
                        .toList();
                // one after the other from the first on, as far as was answered at least
                assertThat(ofSpeaker)
                        .as("what %s hears", listener.kind)
                        .hasSizeGreaterThanOrEqualTo(hearsAll.test(listener.kind) ? answered.get(k) : 0);
                for (int i = 0; i < ofSpeaker.size(); i++) {
                    assertThat(ofSpeaker.get(i)).isEqualTo(speaker.first + i + 1);
                }
            }
        }
    }
}
