package io.maru.conformance.clients;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A server of the {@link InteropMatrixTest matrix}, behind a proxy. */
interface InteropServer extends AutoCloseable {

    /** How often a connection is looked at. */
    Duration PING = Duration.ofMillis(600);

    /** How long it may not answer. A machine that stands still for a second must not end it. */
    Duration PONG = Duration.ofMillis(2_400);

    /** How long Node may take to start on a machine that has other things to do. */
    Duration START = Duration.ofSeconds(90);

    /** Where clients connect. */
    String url();

    CuttableProxy proxy();

    /** Another server takes the place of this one. */
    void restart();

    @Override
    void close();

    /** Ours. */
    static InteropServer maru() {
        LabServer lab = new LabServer(
                options -> options.engine(engine -> engine.pingInterval(PING).pingTimeout(PONG)));
        return new InteropServer() {
            @Override
            public String url() {
                return lab.url();
            }

            @Override
            public CuttableProxy proxy() {
                return lab.proxy();
            }

            @Override
            public void restart() {
                lab.restart();
            }

            @Override
            public void close() {
                lab.close();
            }
        };
    }

    /** Socket.IO's own, in a process on Node. */
    static InteropServer node() {
        AtomicInteger port = new AtomicInteger();
        Consumer<String> listener = line -> port.set(Integer.parseInt(line));
        NodeScripts.Script script =
                NodeScripts.start("interop-server.mjs", listener, "" + PING.toMillis(), "" + PONG.toMillis());
        await().atMost(START).until(() -> port.get() > 0);
        CuttableProxy proxy = new CuttableProxy(port.get());
        return new InteropServer() {
            @Override
            public String url() {
                return "http://127.0.0.1:" + proxy.port();
            }

            @Override
            public CuttableProxy proxy() {
                return proxy;
            }

            @Override
            public void restart() {
                port.set(0);
                script.tell("restart");
                await().atMost(START).until(() -> port.get() > 0);
                proxy.lead(port.get());
            }

            @Override
            public void close() {
                proxy.close();
                script.close();
            }
        };
    }
}
