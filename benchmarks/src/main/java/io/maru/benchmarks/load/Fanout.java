package io.maru.benchmarks.load;

import org.HdrHistogram.Histogram;

/** Some of each room write, everybody else of the room must get it, in order, once. */
final class Fanout implements Workload {

    private final Settings settings;
    private final Protocol protocol;
    private final Faults faults;
    private final Histogram latencies;
    private final byte[] padded;
    private final int slow;

    private Publisher[] publishers = {};
    private int[][] next = {};
    private boolean running;
    private boolean recording;
    private boolean forgiving;
    private long deliveries;
    private long slowDeliveries;
    private long slowMissed;
    private int slowClosed;
    private int ready;
    private int turn;

    Fanout(Settings settings, Protocol protocol, Faults faults, Histogram latencies) {
        this.settings = settings;
        this.protocol = protocol;
        this.faults = faults;
        this.latencies = latencies;
        padded = new byte[settings.payload];
        Stamp.pad(padded, 0, padded.length);
        slow = settings.kind == Settings.Kind.slow ? settings.slow : 0;
    }

    /** Makes writers of the first of each room. All rooms are full. */
    void prepare(Client[] clients) {
        int rooms = clients.length / settings.room;
        publishers = new Publisher[rooms * settings.publishers];
        next = new int[clients.length][settings.publishers];
        int window = settings.rate > 0 ? 0 : settings.window;
        String mark = "\"message\":\"";
        for (int i = 0; i < publishers.length; i++) {
            Client client = clients[i / settings.publishers * settings.room + i % settings.publishers];
            String fields = "\"roomId\":\"" + client.roomName() + "\"," + mark + ascii() + "\"";
            String text = protocol.event(client.namespace(), "chat", -1, fields);
            int at = text.indexOf(mark) + mark.length();
            publishers[i] = new Publisher(client, text, at, settings.room - 1 - slow, window);
        }
    }

    private String ascii() {
        return new String(padded, java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Lets every writer fill its window, if it has one. */
    void start() {
        running = true;
        if (settings.rate <= 0) {
            for (Publisher publisher : publishers) {
                publisher.fill(System.nanoTime());
            }
        }
    }

    void stop() {
        running = false;
    }

    /** Sends the next message of the open loop: of one writer after the other. */
    void publishNext(long due) {
        publishers[turn].publish(due);
        turn = (turn + 1) % publishers.length;
    }

    /** Every writer sends one message. */
    void publishAll() {
        for (Publisher publisher : publishers) {
            publisher.fill(System.nanoTime());
        }
    }

    void record(boolean record) {
        recording = record;
    }

    /** From now on it is no fault when one that does not read is passed over or closed. */
    void forgiveSlow() {
        forgiving = true;
    }

    boolean isSlow(Client client) {
        return client.place >= settings.room - slow;
    }

    int ready() {
        return ready;
    }

    /** What came to all that read. */
    long deliveries() {
        return deliveries;
    }

    long slowDeliveries() {
        return slowDeliveries;
    }

    long slowMissed() {
        return slowMissed;
    }

    int slowClosed() {
        return slowClosed;
    }

    long published() {
        long sum = 0;
        for (Publisher publisher : publishers) {
            sum += publisher.sent();
        }
        return sum;
    }

    /** What must come for what was sent. */
    long expected() {
        return published() * (settings.room - 1 - slow);
    }

    /** Looks whether each receiver has got as far as each writer of its room. */
    void balance(Client[] clients) {
        for (Client client : clients) {
            for (int i = 0; i < settings.publishers && !isSlow(client); i++) {
                int sent = i == client.place ? 0 : publishers[client.room * settings.publishers + i].sent();
                int got = next[client.id][i];
                if (got < sent) {
                    faults.add(Fault.LOST, sent - got, "connection " + client.id + " ends at " + got + " of " + sent);
                }
            }
        }
        if (faults.isEmpty() && deliveries != expected()) {
            faults.add(Fault.LOST, "the books: " + deliveries + " came of " + expected());
        }
    }

    @Override
    public void onReady(Client client) {
        ready++;
    }

    @Override
    public void onText(Client client, byte[] in, int from, int to, long now) {
        int at = protocol.message(true, in, from, to);
        if (at < 0) {
            faults.add(Fault.UNEXPECTED, Texts.excerpt(in, from, to));
            return;
        }
        if (!Texts.isWhole(in, at, to, padded)) {
            faults.add(Fault.PAYLOAD, Texts.excerpt(in, from, to));
            return;
        }
        int writer = Stamp.publisher(in, at);
        int place = writer - client.room * settings.room;
        if (Stamp.room(in, at) != client.room || place < 0 || place >= settings.publishers) {
            faults.add(Fault.FOREIGN_ROOM, "room " + client.room + " got one of room " + Stamp.room(in, at));
        } else if (writer == client.id) {
            faults.add(Fault.OWN_MESSAGE, "connection " + client.id);
        } else {
            onMessage(client, place, Stamp.sequence(in, at), now);
        }
    }

    private void onMessage(Client client, int place, int sequence, long now) {
        int[] mine = next[client.id];
        int due = mine[place];
        Publisher publisher = publishers[client.room * settings.publishers + place];
        boolean isSlow = slow > 0 && isSlow(client);
        if (sequence < due || sequence >= publisher.sent()) {
            faults.add(Fault.DOUBLED, "connection " + client.id + " got " + sequence + " when " + due + " was due");
            return;
        }
        if (sequence > due && isSlow && forgiving) {
            slowMissed += sequence - due;
        } else if (sequence > due) {
            faults.add(
                    Fault.LOST,
                    sequence - due,
                    "connection " + client.id + " got " + sequence + " when " + due + " was due");
        }
        mine[place] = sequence + 1;
        if (isSlow) {
            slowDeliveries++;
            return;
        }
        deliveries++;
        if (recording) {
            latencies.recordValue(Math.min(now - publisher.sentAt(sequence), latencies.getHighestTrackableValue()));
        }
        if (publisher.onDelivered(sequence) && running) {
            publisher.fill(now);
        }
    }

    @Override
    public void onLost(Client client, Fault fault, String why) {
        if (forgiving && isSlow(client) && fault == Fault.CLOSED) {
            slowClosed++;
        } else {
            faults.add(fault, why);
        }
    }
}
