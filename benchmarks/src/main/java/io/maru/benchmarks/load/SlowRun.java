package io.maru.benchmarks.load;

import java.io.IOException;

/** Some of a room stop reading. What does it cost the server, and the others? */
final class SlowRun extends LoadRun {

    private final Fanout fanout = new Fanout(settings, protocol, faults, latencies);

    SlowRun(Settings settings) throws IOException {
        super(settings);
    }

    @Override
    void load() throws IOException, InterruptedException {
        Client[] clients = clients(settings.conns / settings.room * settings.room, fanout, settings.slow);
        if (connectAll(clients, fanout::ready)) {
            fanout.prepare(clients);
            fanout.start();
            spin(settings.warm);
            Reading control = Reading.take(process, fanout.deliveries());
            spin(settings.control);
            Reading end = Reading.take(process, fanout.deliveries());
            result.put(
                    "per_second_before",
                    Reading.round((end.deliveries() - control.deliveries()) * 1e9 / (end.time() - control.time())));
            // what is garbage must not hide what is kept
            process.collectGarbage();
            spin(0.3);
            Reading start = Reading.take(process, fanout.deliveries());
            stopReading(clients, start);
            resume(clients);
            drain(fanout.expected(), fanout::deliveries);
            fanout.balance(clients);
        }
        closeAll(clients);
    }

    private void stopReading(Client[] clients, Reading start) {
        long before = process.residentBytes();
        long peak = before;
        fanout.forgiveSlow();
        pauseSlow(clients, true);
        fanout.record(true);
        for (double rest = settings.seconds; rest > 0; rest -= 0.5) {
            spin(Math.min(0.5, rest));
            peak = Math.max(peak, process.residentBytes());
        }
        fanout.record(false);
        start.describe(Reading.take(process, fanout.deliveries()), result);
        result.put("slow", clients.length / settings.room * settings.slow);
        result.put("rss_grown_mb", Reading.round((peak - before) / 1048576.0));
    }

    private void resume(Client[] clients) {
        fanout.stop();
        spin(0.2);
        pauseSlow(clients, false);
        spin(settings.resume);
        result.put("slow_closed", fanout.slowClosed());
        result.put("slow_missed", fanout.slowMissed());
    }

    private void pauseSlow(Client[] clients, boolean pause) {
        for (Client client : clients) {
            if (fanout.isSlow(client)) {
                client.pause(pause);
            }
        }
    }
}
