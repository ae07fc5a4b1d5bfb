package io.maru.client.engine;

import io.maru.wire.engineio.EnginePacket;

/** Carries the packets of one session. On its loop only. */
sealed interface Transport permits PollingTransport, WebSocketTransport {

    /** Hears of a transport. {@link #onEnd} comes last and once, but never after {@link #close} or {@link #abort}. */
    interface Listener {

        /** The transport takes packets, for the first time or again. */
        void onWritable(Transport transport);

        /** A packet has come. */
        void onPacket(Transport transport, EnginePacket packet);

        /** It has ended. */
        void onEnd(Transport transport, Ending ending);
    }

    TransportKind kind();

    /** Begins; for a new session the server's open packet comes next. */
    void open();

    /** Whether it takes a packet at once. */
    boolean isWritable();

    /** Takes packets from the queue, as many as it can at once. */
    void send(PacketQueue queue);

    /** What it has taken and not yet sent. */
    long bufferedBytes();

    void setReading(boolean on);

    /** Sends what is in the queue, whether writable or not, and ends then; tells when it is over. */
    void close(PacketQueue queue, Runnable gone);

    /** Ends at once. */
    void abort();
}
