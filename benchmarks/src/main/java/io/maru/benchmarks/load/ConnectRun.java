package io.maru.benchmarks.load;

import java.io.IOException;

/** Each client connects, enters its room, says goodbye, and does it again. What is counted is who got in. */
final class ConnectRun extends LoadRun implements Workload {

    private static final long TIMEOUT = nanos(2);

    private long[] since = {};
    private long joined;
    private boolean recording;

    ConnectRun(Settings settings) throws IOException {
        super(settings);
    }

    @Override
    void load() throws IOException {
        Client[] clients = clients(settings.conns, this, 0);
        since = new long[clients.length];
        again(clients, settings.warm);
        Reading start = Reading.take(process, joined);
        recording = true;
        again(clients, settings.seconds);
        recording = false;
        start.describe(Reading.take(process, joined), result);
        result.put("rss_mb", process.residentBytes() >> 20);
        for (Client client : clients) {
            client.drop();
        }
    }

    private void again(Client[] clients, double seconds) throws IOException {
        long end = System.nanoTime() + nanos(seconds);
        for (long now = System.nanoTime(); now < end && faults.count(Fault.CONNECT) < 100; now = System.nanoTime()) {
            for (Client client : clients) {
                if (client.state() == Client.State.NEW || client.state() == Client.State.CLOSED) {
                    since[client.id] = now;
                    open(client);
                } else if (now - since[client.id] > TIMEOUT) {
                    faults.add(Fault.CONNECT, "connection " + client.id + " is still " + client.state() + " after 2 s");
                    client.drop();
                }
            }
            network.turn(5);
        }
    }

    @Override
    public void onReady(Client client) {
        joined++;
        if (recording) {
            latencies.recordValue(System.nanoTime() - since[client.id]);
        }
        client.close();
    }

    @Override
    public void onText(Client client, byte[] in, int from, int to, long now) {
        faults.add(Fault.UNEXPECTED, Texts.excerpt(in, from, to));
    }

    @Override
    public void onLost(Client client, Fault fault, String why) {
        faults.add(fault, why);
    }
}
