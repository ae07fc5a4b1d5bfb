package io.maru.benchmarks.load;

import java.io.IOException;

/** Rooms in which some write: as fast as all deliveries come back, or at a fixed rate. */
final class RoomsRun extends LoadRun {

    private final Fanout fanout = new Fanout(settings, protocol, faults, latencies);
    private long due;

    RoomsRun(Settings settings) throws IOException {
        super(settings);
    }

    @Override
    void load() throws IOException {
        Client[] clients = clients(settings.conns / settings.room * settings.room, fanout, 0);
        if (connectAll(clients, fanout::ready)) {
            fanout.prepare(clients);
            fanout.start();
            due = System.nanoTime();
            write(settings.warm);
            long published = fanout.published();
            Reading start = Reading.take(process, fanout.deliveries());
            fanout.record(true);
            write(settings.seconds);
            fanout.record(false);
            start.describe(Reading.take(process, fanout.deliveries()), result);
            result.put("published", fanout.published() - published);
            fanout.stop();
            drain(fanout.expected(), fanout::deliveries);
            fanout.balance(clients);
            result.put("rss_mb", process.residentBytes() >> 20);
        }
        closeAll(clients);
    }

    private void write(double seconds) {
        if (settings.rate <= 0) {
            spin(seconds);
            return;
        }
        long gap = (long) (1e9 / settings.rate);
        long end = System.nanoTime() + nanos(seconds);
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
            // each has the time at which it was due: a server that stands still is not spared
            for (; due <= now; due += gap) {
                fanout.publishNext(due);
            }
            network.turn(Math.min(20, (due - System.nanoTime()) / 1_000_000));
        }
    }
}
