package io.maru.benchmarks.load;

import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;

/** Each client sends, gets its message back (or an answer to it), and sends the next. */
final class Echo implements Workload {

    private final Settings settings;
    private final Protocol protocol;
    private final Faults faults;
    private final Histogram latencies;
    private final boolean wantsAnswer;
    private final byte[] padded;
    private final String message;

    private byte[][] frames = {};
    private int[] sent = {};
    private int[] received = {};
    private long[][] times = {};
    private int messageAt;
    private boolean running;
    private boolean recording;
    private long replies;
    private int ready;

    Echo(Settings settings, Protocol protocol, Faults faults, Histogram latencies) {
        this.settings = settings;
        this.protocol = protocol;
        this.faults = faults;
        this.latencies = latencies;
        wantsAnswer = settings.kind == Settings.Kind.ack;
        padded = new byte[settings.payload];
        Stamp.pad(padded, 0, padded.length);
        message = "\"message\":\"" + new String(padded, StandardCharsets.US_ASCII) + "\"";
    }

    void start(Client[] clients) {
        running = true;
        frames = new byte[clients.length][];
        sent = new int[clients.length];
        received = new int[clients.length];
        times = new long[clients.length][settings.window];
        String text = protocol.event("", "echo", -1, message);
        byte[] frame = Frames.text(text);
        messageAt = frame.length - text.length() + text.indexOf("\":\"", text.indexOf("\"message")) + 3;
        for (Client client : clients) {
            frames[client.id] = frame.clone();
            for (int i = 0; i < settings.window; i++) {
                send(client, System.nanoTime());
            }
        }
    }

    void stop() {
        running = false;
    }

    void record(boolean record) {
        recording = record;
    }

    int ready() {
        return ready;
    }

    long replies() {
        return replies;
    }

    long expected() {
        long sum = 0;
        for (int count : sent) {
            sum += count;
        }
        return sum;
    }

    private void send(Client client, long time) {
        int number = sent[client.id]++;
        times[client.id][number % settings.window] = time;
        if (wantsAnswer) {
            client.send(Frames.text(protocol.event("", "ack", number + 1, message)));
        } else {
            Stamp.write(frames[client.id], messageAt, client.id, client.room, number);
            client.send(frames[client.id]);
        }
    }

    @Override
    public void onReady(Client client) {
        ready++;
    }

    @Override
    public void onText(Client client, byte[] in, int from, int to, long now) {
        int number = wantsAnswer ? answered(client, in, from, to) : echoed(client, in, from, to);
        if (number < 0) {
            return;
        }
        int due = received[client.id];
        if (number < due || number >= sent[client.id]) {
            faults.add(
                    wantsAnswer ? Fault.ACK : Fault.DOUBLED,
                    "connection " + client.id + " got " + number + " after " + due);
            return;
        }
        if (number > due) {
            faults.add(
                    wantsAnswer ? Fault.ACK : Fault.LOST,
                    number - due,
                    "connection " + client.id + " got " + number + " before " + due);
        }
        received[client.id] = number + 1;
        replies++;
        if (recording) {
            latencies.recordValue(
                    Math.min(now - times[client.id][number % settings.window], latencies.getHighestTrackableValue()));
        }
        if (running) {
            send(client, now);
        }
    }

    private int answered(Client client, byte[] in, int from, int to) {
        int id = protocol.answered(in, from, to);
        if (id < 1) {
            faults.add(Fault.UNEXPECTED, "connection " + client.id + " got " + Texts.excerpt(in, from, to));
        }
        return id - 1;
    }

    private int echoed(Client client, byte[] in, int from, int to) {
        int at = protocol.message(false, in, from, to);
        if (at < 0) {
            faults.add(Fault.UNEXPECTED, "connection " + client.id + " got " + Texts.excerpt(in, from, to));
        } else if (!Texts.isWhole(in, at, to, padded)) {
            faults.add(Fault.PAYLOAD, Texts.excerpt(in, from, to));
        } else if (Stamp.publisher(in, at) != client.id) {
            faults.add(Fault.FOREIGN_ROOM, "connection " + client.id + " got an echo of " + Stamp.publisher(in, at));
        } else {
            return Stamp.sequence(in, at);
        }
        return -1;
    }

    @Override
    public void onLost(Client client, Fault fault, String why) {
        faults.add(fault, why);
    }
}
