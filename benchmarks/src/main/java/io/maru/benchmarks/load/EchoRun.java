package io.maru.benchmarks.load;

import java.io.IOException;

/** {@code echo} and {@code ack}. */
final class EchoRun extends LoadRun {

    private final Echo echo = new Echo(settings, protocol, faults, latencies);

    EchoRun(Settings settings) throws IOException {
        super(settings);
    }

    @Override
    void load() throws IOException {
        Client[] clients = clients(settings.conns, echo, 0);
        if (connectAll(clients, echo::ready)) {
            echo.start(clients);
            spin(settings.warm);
            Reading start = Reading.take(process, echo.replies());
            echo.record(true);
            spin(settings.seconds);
            echo.record(false);
            start.describe(Reading.take(process, echo.replies()), result);
            echo.stop();
            drain(echo.expected(), echo::replies);
            if (echo.replies() != echo.expected()) {
                faults.add(
                        Fault.LOST,
                        Math.abs(echo.expected() - echo.replies()),
                        echo.replies() + " of " + echo.expected());
            }
            result.put("rss_mb", process.residentBytes() >> 20);
        }
        closeAll(clients);
    }
}
