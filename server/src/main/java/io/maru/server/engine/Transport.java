package io.maru.server.engine;

import io.maru.wire.Encoded;
import io.maru.wire.engineio.EnginePacket;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What carries an Engine.IO session. Confined to the session's loop. */
sealed interface Transport permits PollingTransport, WebSocketTransport {

    /** Whom a transport carries packets to. Nothing is called after {@link #onEnd}. */
    interface Carried {
        /** A packet has come. */
        void onPacket(EnginePacket packet);

        /** A message packet has come: text, without its digit from a position on. */
        default void onText(byte[] utf8, int from) {
            onPacket(new EnginePacket(EnginePacket.Type.MESSAGE, Arrays.copyOfRange(utf8, from, utf8.length), false));
        }

        /** The transport takes packets again, after it did not. */
        void onWritable();

        /** The peer has ended the transport, or made it unusable. */
        void onEnd(CloseReason reason);
    }

    /** Carries for nobody: what comes is dropped. */
    Carried NOBODY = new Carried() {
        @Override
        public void onPacket(EnginePacket packet) {}

        @Override
        public void onWritable() {}

        @Override
        public void onEnd(CloseReason reason) {}
    };

    /** Carries from now on for another. */
    void carryFor(Carried carried);

    /** Its name in a request. */
    String name();

    /** What stands before the messages of its client. */
    Encoded.Framing messages();

    /** Sends a packet; its framing says whether it is a message or the packet's text itself. */
    void send(Encoded packet, Encoded.Framing framing);

    /** Whether a packet would go out at once. */
    boolean isWritable();

    /** Whether more bytes wait than a limit, though all was sent that could be sent at once. */
    boolean isBehind(int limit);

    /** The bytes that wait. */
    long bufferedBytes();

    /** Stops or resumes taking packets. */
    void setReading(boolean reading);

    /** The request that carried the packet which is being handled, or null when none is. */
    @Nullable HttpRequest messageRequest();

    /**
     * Sends what waits and says goodbye; nothing is carried any more.
     *
     * @param reason why
     * @param lingering whether a peer that is not there to hear it may come for it a little later
     */
    void close(CloseReason reason, boolean lingering);
}
