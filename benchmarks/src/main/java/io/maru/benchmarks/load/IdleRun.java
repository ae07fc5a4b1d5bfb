package io.maru.benchmarks.load;

import java.io.IOException;
import java.util.List;

/** Connections that do nothing: what the server holds for each. At the end one message in each room must reach all. */
final class IdleRun extends LoadRun {

    private final Fanout fanout = new Fanout(settings, protocol, faults, latencies);

    IdleRun(Settings settings) throws IOException {
        super(settings);
    }

    @Override
    void load() throws IOException, InterruptedException {
        Client[] clients = clients(settings.conns / settings.room * settings.room, fanout, 0);
        long before = liveBytes();
        boolean all = connectAll(clients, fanout::ready);
        spin(settings.settle);
        Reading start = Reading.take(process, 0);
        spin(settings.seconds);
        start.describe(Reading.take(process, 0), result);
        // nothing is delivered, so there is no cost of a message
        result.remove(List.of("deliveries", "per_second", "server_cpu_us"));
        long after = liveBytes();
        result.put("connected", fanout.ready());
        result.put("rss_before", before);
        result.put("rss_after", after);
        result.put("bytes_per_connection", (after - before) / Math.max(1, fanout.ready()));
        if (all && settings.room > 1) {
            fanout.prepare(clients);
            fanout.record(true);
            fanout.publishAll();
            drain(fanout.expected(), fanout::deliveries);
            fanout.balance(clients);
            result.put("deliveries", fanout.deliveries());
        }
        closeAll(clients);
    }

    /** What is resident after garbage collections. The clients are served between the two. */
    private long liveBytes() throws IOException, InterruptedException {
        for (int i = 0; i < 2; i++) {
            process.collectGarbage();
            spin(0.3);
        }
        return process.residentBytes();
    }
}
