package io.maru.benchmarks.load;

import java.nio.charset.StandardCharsets;

/** A client that writes: its message ready to be sent, and how far its messages have got. */
final class Publisher {

    private static final int HISTORY = 1_024;

    final Client client;

    private final byte[] frame;
    private final int message;
    private final int receivers;
    private final int window;
    private final int mask;
    private final int[] delivered;
    private final long[] times;
    private int sequence;
    private int complete;

    /**
     * A writer.
     *
     * @param text the event, with a message of {@code payload} bytes inside that is already padded
     * @param at where the message begins in it
     * @param receivers how many get each message
     * @param window how many may be on their way; 0 is without bound
     */
    Publisher(Client client, String text, int at, int receivers, int window) {
        this.client = client;
        this.receivers = receivers;
        this.window = window;
        frame = Frames.text(text);
        message = frame.length - text.getBytes(StandardCharsets.UTF_8).length + at;
        mask = window == 0 ? HISTORY - 1 : Integer.highestOneBit(window) * 2 - 1;
        delivered = new int[mask + 1];
        times = new long[mask + 1];
    }

    /** How many it has sent. */
    int sent() {
        return sequence;
    }

    /** When it sent a message, or should have. */
    long sentAt(int number) {
        return times[number & mask];
    }

    /** Sends one more, stamped with a time. */
    void publish(long time) {
        times[sequence & mask] = time;
        Stamp.write(frame, message, client.id, client.room, sequence);
        sequence++;
        client.send(frame);
    }

    /** Sends until the window is full. */
    void fill(long time) {
        while (sequence - complete < window) {
            delivered[sequence & mask] = 0;
            publish(time);
        }
    }

    /**
     * One receiver has a message.
     *
     * @return whether there is room in the window now
     */
    boolean onDelivered(int number) {
        if (window == 0) {
            return false;
        }
        delivered[number & mask]++;
        int before = complete;
        while (complete < sequence && delivered[complete & mask] == receivers) {
            complete++;
        }
        return complete != before;
    }
}
