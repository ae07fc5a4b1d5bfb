package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.POLLING;
import static io.maru.server.engine.EngineFixture.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Places for connections: who gets one, and that each is given back once, however it ends. */
class LoadTest {

    private final ManualLoop loop = new ManualLoop();
    private final List<Runnable> work = new ArrayList<>();
    private final List<Session> sessions = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private @Nullable CompletableFuture<Void> decision;

    private static Load.Limits limits(int connections, int ofAnAddress, int pending) {
        return new Load.Limits(connections, ofAnAddress, pending, null, 2, Duration.ofSeconds(10));
    }

    private Engine engine(Load load, boolean guarded) {
        EngineOptions.Builder options = EngineOptions.builder();
        if (guarded) {
            options.allowRequest(request -> decision);
        }
        return new Engine(options.build(), work::add, this::accept, load);
    }

    private PlainEndpoint plain(Load load, boolean guarded) {
        PlainOptions options = guarded ? PlainOptions.DEFAULTS.withGuard(request -> decision) : PlainOptions.DEFAULTS;
        return new PlainEndpoint(options, work::add, this::accept, load);
    }

    private SessionListener accept(Session session) {
        sessions.add(session);
        return new RecordingListener(session);
    }

    private FakeExchange poll(HttpEndpoint engine, String address) {
        HttpRequest request = EngineFixture.request("GET", POLLING);
        FakeExchange exchange =
                new FakeExchange(new HttpRequest("GET", request.target(), request.headers(), address, false), loop);
        loop.turn(() -> engine.onRequest(exchange));
        return exchange;
    }

    private FakeUpgrade upgrade(HttpEndpoint endpoint) {
        FakeUpgrade upgrade = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET), loop);
        loop.turn(() -> endpoint.onUpgrade(upgrade));
        return upgrade;
    }

    private void runWork() {
        List<Runnable> tasks = List.copyOf(work);
        work.clear();
        tasks.forEach(Runnable::run);
        loop.runTasks();
    }

    @Test
    void refusesOneConnectionTooManyOnEveryWay() {
        Load load = new Load(limits(2, Integer.MAX_VALUE, 10));
        Engine engine = engine(load, false);
        PlainEndpoint plain = plain(load, false);
        assertThat(poll(engine, "1.1.1.1").status()).isEqualTo(200);
        assertThat(upgrade(plain).isAccepted()).isTrue();

        FakeExchange third = poll(engine, "1.1.1.1");
        assertThat(third.answer()).isEqualTo("503 {\"code\":3,\"message\":\"Too many connections\"}");
        assertThat(Integer.parseInt(third.header("retry-after").get(0))).isBetween(10, 20);
        FakeUpgrade fourth = upgrade(engine);
        assertThat(fourth.refused()).isEqualTo("503 text/html Too many connections");
        FakeUpgrade fifth = upgrade(plain);
        assertThat(fifth.refused()).isEqualTo("503 text/plain; charset=UTF-8 Too many connections");
        assertThat(FakeExchange.headers(fifth.refusal().headers(), "retry-after"))
                .hasSize(1);
        assertThat(load.stats().refusedFull()).isEqualTo(3);
        assertThat(load.stats().connections()).isEqualTo(2);

        loop.turn(() -> sessions.get(0).close(CloseReason.SERVER_CLOSE));
        assertThat(load.stats().connections()).isEqualTo(1);
        assertThat(upgrade(engine).isAccepted()).isTrue();
        loop.turn(() -> List.copyOf(sessions).forEach(session -> session.close(CloseReason.SERVER_CLOSE)));
        assertThat(load.stats().connections()).isZero();
    }

    @Test
    void refusesOneConnectionOfAnAddressTooMany() {
        Load load = new Load(limits(100, 2, 10));
        Engine engine = engine(load, false);
        poll(engine, "1.1.1.1");
        poll(engine, "1.1.1.1");
        FakeExchange third = poll(engine, "1.1.1.1");
        assertThat(third.answer()).isEqualTo("429 {\"code\":3,\"message\":\"Too many connections of this address\"}");
        assertThat(third.header("retry-after")).hasSize(1);
        assertThat(poll(engine, "1.1.1.2").status()).isEqualTo(200);
        assertThat(load.stats().refusedAddress()).isEqualTo(1);
        assertThat(load.stats().connections()).isEqualTo(3);

        loop.turn(() -> sessions.get(0).close(CloseReason.SERVER_CLOSE));
        assertThat(poll(engine, "1.1.1.1").status()).isEqualTo(200);
        loop.turn(() -> List.copyOf(sessions).forEach(session -> session.close(CloseReason.SERVER_CLOSE)));
        assertThat(load.stats().addresses()).isZero();
    }

    @Test
    void countsTheNetworksOfIpv6AsAddresses() {
        assertThat(Addresses.key("10.1.2.3")).isEqualTo("10.1.2.3");
        String network = Addresses.key("2001:db8:0:7:1:2:3:4");
        assertThat(Addresses.key("2001:db8:0:7:5:6:7:8")).isEqualTo(network);
        assertThat(Addresses.key("2001:db8:0:8:1:2:3:4")).isNotEqualTo(network);
        assertThat(Addresses.key("2001:db8:0:7::1")).isEqualTo(network);
        assertThat(Addresses.key("2001:db8::1")).isEqualTo(Addresses.key("2001:db8:0:0:9:9:9:9"));
        assertThat(Addresses.key("::1")).isEqualTo("0:0:0:0:/64").isEqualTo(Addresses.key("::"));
        assertThat(Addresses.key("2001:db8:1:2::")).isEqualTo("2001:db8:1:2:/64");
        assertThat(Addresses.key("::1:2:3:4:5:6:7")).isEqualTo("0:1:2:3:/64");
        assertThat(Addresses.key("what:ever")).isNotEmpty();
    }

    @Test
    void remembersAddressesOnlyUntilTheirRateHasRecovered() {
        Rate rate = Rate.ofMessages(1, 5);
        Addresses addresses = new Addresses(10, 2, rate, clock::get);
        for (String address : List.of("a", "b", "c")) {
            addresses.enter(address);
            RateLimiter limiter = Objects.requireNonNull(addresses.limiter(address));
            if (!address.equals("a")) {
                limiter.take(clock.get(), 1);
            }
            addresses.leave(address);
        }
        assertThat(addresses.size()).as("a has sent nothing").isEqualTo(2);
        addresses.enter("b");
        assertThat(Objects.requireNonNull(addresses.limiter("b")).isFull(clock.get()))
                .as("it comes again and is known")
                .isFalse();
        addresses.leave("b");

        clock.addAndGet(Duration.ofSeconds(11).toNanos());
        addresses.enter("d");
        assertThat(addresses.size()).as("the others have recovered").isEqualTo(1);
    }

    @Test
    void remembersNoMoreAddressesThanItMay() {
        Addresses addresses = new Addresses(10, 100, Rate.ofMessages(1, 5), clock::get);
        addresses.enter("connected");
        for (int i = 0; i < 10_000; i++) {
            addresses.enter("a" + i);
            Objects.requireNonNull(addresses.limiter("a" + i)).take(clock.get(), 1);
            addresses.leave("a" + i);
            assertThat(addresses.size()).isLessThanOrEqualTo(102);
        }
        assertThat(addresses.limiter("connected")).isNotNull();
    }

    @Test
    void refusesOneDecisionTooMany() {
        decision = new CompletableFuture<>();
        Load load = new Load(limits(100, 100, 2));
        Engine engine = engine(load, true);
        FakeExchange first = poll(engine, "1.1.1.1");
        FakeUpgrade second = upgrade(plain(load, true));
        assertThat(load.stats().pendingDecisions()).isEqualTo(2);
        FakeExchange third = poll(engine, "1.1.1.1");
        assertThat(third.answer()).isEqualTo("503 {\"code\":3,\"message\":\"Server is busy\"}");
        assertThat(third.header("retry-after")).hasSize(1);
        assertThat(load.stats().connections()).isEqualTo(2);

        runWork();
        decision.complete(null);
        loop.runTasks();
        assertThat(first.status()).isEqualTo(200);
        assertThat(second.isAccepted()).isTrue();
        assertThat(load.stats().pendingDecisions()).isZero();
        assertThat(load.stats().connections()).isEqualTo(2);
        assertThat(load.stats().addresses()).isEqualTo(2);
    }

    @Test
    void givesThePlaceBackWhenTheGuardRefuses() {
        decision = CompletableFuture.failedFuture(new RefusedException("no"));
        Load load = new Load(limits(100, 100, 10));
        poll(engine(load, true), "1.1.1.1");
        upgrade(engine(load, true));
        upgrade(plain(load, true));
        assertThat(load.stats().connections()).isEqualTo(3);
        runWork();
        assertThat(load.stats().connections()).isZero();
        assertThat(load.stats().pendingDecisions()).isZero();
        assertThat(load.stats().addresses()).isZero();
    }

    @Test
    void givesThePlaceBackWhenTheClientGoesWhileTheGuardDecides() {
        decision = new CompletableFuture<>();
        Load load = new Load(limits(100, 100, 10));
        FakeExchange poll = poll(engine(load, true), "1.1.1.1");
        FakeUpgrade upgrade = upgrade(engine(load, true));
        FakeUpgrade plain = upgrade(plain(load, true));
        runWork();
        poll.cut();
        upgrade.cut();
        plain.cut();
        assertThat(load.stats().connections()).isZero();
        assertThat(load.stats().pendingDecisions()).isZero();
        decision.complete(null);
        loop.runTasks();
        assertThat(sessions).isEmpty();
        assertThat(load.stats().connections()).isZero();
        assertThat(load.stats().pendingDecisions()).isZero();
    }

    @Test
    void givesThePlaceBackWhenTheClientGoesBeforeItsWebSocketIsOpen() {
        Load load = new Load(limits(100, 100, 10));
        for (HttpEndpoint endpoint : List.<HttpEndpoint>of(engine(load, false), plain(load, false))) {
            FakeUpgrade upgrade = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET), loop).hold();
            loop.turn(() -> endpoint.onUpgrade(upgrade));
            assertThat(load.stats().connections()).isEqualTo(1);
            upgrade.cut();
            assertThat(load.stats().connections()).isZero();
        }
    }

    @Test
    void givesThePlaceBackAfterOtherRefusals() {
        Load load = new Load(limits(100, 100, 10));
        Engine engine = engine(load, false);
        FakeExchange exchange =
                new FakeExchange(EngineFixture.request("GET", "/engine.io/?EIO=9&transport=polling"), loop);
        loop.turn(() -> engine.onRequest(exchange));
        assertThat(exchange.status()).isEqualTo(400);
        Engine same =
                new Engine(EngineOptions.builder().generateId(request -> "").build(), work::add, this::accept, load);
        assertThat(poll(same, "1.1.1.1").status()).isEqualTo(400);
        assertThat(upgrade(same).isAccepted()).isFalse();
        assertThat(load.stats().connections()).isZero();
    }
}
