package io.maru.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One run: opens the connections, loads, closes them, and says what it saw. Used by one thread, once. */
abstract class LoadRun implements AutoCloseable {

    private static final int ADDRESSES = 8;
    private static final int CONNECTIONS_OF_ONE_ADDRESS = 20_000;

    final Settings settings;
    final Protocol protocol;
    final Network network = new Network();
    final Faults faults = new Faults();
    final Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(1), 2);
    final ServerProcess process;
    final ObjectNode result = JsonNodeFactory.instance.objectNode();

    private final InetSocketAddress server;
    private final String tag = Long.toString(ProcessHandle.current().pid() ^ System.nanoTime() & 0xffffff, 36);
    private int opened;

    LoadRun(Settings settings) throws IOException {
        this.settings = settings;
        protocol = settings.protocol == Settings.Speech.plain ? new PlainProtocol() : new SocketIoProtocol();
        process = new ServerProcess(settings.pids);
        server = new InetSocketAddress(loopback(1), settings.port);
    }

    private static InetAddress loopback(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    /** Makes the run that the settings ask for. */
    static LoadRun of(Settings settings) throws IOException {
        settings.check();
        return switch (settings.kind) {
            case echo, ack -> new EchoRun(settings);
            case rooms -> new RoomsRun(settings);
            case connect -> new ConnectRun(settings);
            case idle -> new IdleRun(settings);
            case slow -> new SlowRun(settings);
        };
    }

    /** Runs it. */
    final ObjectNode run() throws IOException, InterruptedException {
        result.put("scenario", settings.scenario.isEmpty() ? settings.kind.name() : settings.scenario);
        result.put("protocol", settings.protocol.name());
        result.put("conns", settings.conns);
        result.put("room", settings.room);
        result.put("payload", settings.payload);
        load();
        if (latencies.getTotalCount() > 0) {
            result.put("p50_us", latencies.getValueAtPercentile(50) / 1e3);
            result.put("p99_us", latencies.getValueAtPercentile(99) / 1e3);
            result.put("p999_us", latencies.getValueAtPercentile(99.9) / 1e3);
        }
        result.put("ok", faults.isEmpty());
        if (!faults.isEmpty()) {
            ObjectNode kinds = result.putObject("faults");
            for (Map.Entry<Fault, Long> fault : faults.counts().entrySet()) {
                kinds.put(fault.getKey().key(), fault.getValue().longValue());
            }
            result.put("first_fault", faults.first());
        }
        return result;
    }

    abstract void load() throws IOException, InterruptedException;

    /** Makes clients that are not connected yet. Rooms are filled one after the other. */
    final Client[] clients(int count, Workload workload, int slow) {
        Client[] clients = new Client[count];
        for (int id = 0; id < count; id++) {
            int room = id / settings.room;
            int place = id % settings.room;
            List<String> rooms = new ArrayList<>();
            rooms.add("r" + tag + "-" + room);
            for (int extra = 0; extra < settings.extraRooms; extra++) {
                rooms.add("x" + tag + "-" + id + "-" + extra);
            }
            String namespace = settings.namespaces == 0 ? "" : "/n" + room % settings.namespaces;
            boolean small = place >= settings.room - slow;
            clients[id] =
                    new Client(network, protocol, workload, new Client.Place(id, room, place, namespace, rooms), small);
        }
        return clients;
    }

    /** Begins to connect a client. */
    final void open(Client client) throws IOException {
        boolean spread = settings.kind == Settings.Kind.connect || settings.conns > CONNECTIONS_OF_ONE_ADDRESS;
        // the ports of one address do not suffice for many connections, nor for many a second
        SocketAddress from = spread ? new InetSocketAddress(loopback(2 + opened++ % ADDRESSES), 0) : null;
        client.connect(server, from);
    }

    /** Connects all, some at a time. {@code false} says that not all got into their rooms. */
    final boolean connectAll(Client[] clients, Counter ready) throws IOException {
        long start = System.nanoTime();
        long end = start + nanos(settings.connectTimeout);
        int next = 0;
        while (ready.value() < clients.length && System.nanoTime() < end && faults.count(Fault.CONNECT) < 10) {
            while (next < clients.length && next - ready.value() < settings.parallel) {
                open(clients[next++]);
            }
            network.turn(50);
        }
        result.put("connect_seconds", Reading.round((System.nanoTime() - start) / 1e9));
        boolean all = ready.value() == clients.length;
        if (!all) {
            faults.add(
                    Fault.CONNECT, clients.length - ready.value(), ready.value() + " of " + clients.length + " got in");
        }
        return all;
    }

    /** Turns for a while. */
    final void spin(double seconds) {
        long end = System.nanoTime() + nanos(seconds);
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
            network.turn(Math.min(20, Math.max(1, (end - now) / 1_000_000)));
        }
    }

    /** Turns until a count has come, or nothing comes any more. */
    final void drain(long expected, Counter delivered) {
        long last = -1;
        long end = 0;
        while (delivered.value() < expected) {
            if (delivered.value() != last) {
                last = delivered.value();
                end = System.nanoTime() + nanos(settings.drain);
            }
            if (System.nanoTime() > end) {
                return;
            }
            network.turn(20);
        }
        // what comes beyond it is wrong, and shall be seen
        spin(Math.min(0.05, settings.drain));
    }

    /** Says goodbye for all. */
    final void closeAll(Client[] clients) {
        int closing = 0;
        for (Client client : clients) {
            client.pause(false);
            client.close();
            if (++closing % 256 == 0) {
                network.turn(0);
            }
        }
        long end = System.nanoTime() + nanos(2);
        while (System.nanoTime() < end && anyOpen(clients)) {
            network.turn(20);
        }
        for (Client client : clients) {
            client.drop();
        }
    }

    private static boolean anyOpen(Client[] clients) {
        for (Client client : clients) {
            if (client.isOpen()) {
                return true;
            }
        }
        return false;
    }

    static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }

    @Override
    public void close() throws IOException {
        network.close();
    }

    /** A number that grows. */
    @FunctionalInterface
    interface Counter {
        long value();
    }
}
