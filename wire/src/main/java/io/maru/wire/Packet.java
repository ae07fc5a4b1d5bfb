package io.maru.wire;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What client and server tell each other, whatever the dialect: the packets of the
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v5-current.md#packet-types">Socket.IO
 * protocol</a>, and {@link Failure}. All are immutable.
 */
public sealed interface Packet {

    /** The acknowledgement id of a packet that asks for none. No client can send it. */
    long NO_ACK = Long.MIN_VALUE;

    /** Names that no event may have, in either direction. */
    Set<String> RESERVED_EVENTS =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    /**
     * The namespace that it belongs to.
     *
     * @return the name, with its leading slash
     */
    String namespace();

    /**
     * A client asks to enter a namespace, or the server lets it in.
     *
     * @param namespace the name, with its leading slash
     * @param data an object: from the client its credentials, from the server the socket's id; or null
     */
    record Connect(String namespace, @Nullable Json data) implements Packet {
        /** Refuses nulls. */
        public Connect {
            Objects.requireNonNull(namespace, "namespace");
        }
    }

    /**
     * The server does not let a client into a namespace.
     *
     * @param namespace the name, with its leading slash
     * @param message why
     * @param data more about it, or null
     */
    record ConnectError(
            String namespace, String message, @Nullable Json data) implements Packet {
        /** Refuses nulls. */
        public ConnectError {
            Objects.requireNonNull(namespace, "namespace");
            Objects.requireNonNull(message, "message");
        }
    }

    /**
     * One side leaves the namespace.
     *
     * @param namespace the name, with its leading slash
     */
    record Disconnect(String namespace) implements Packet {
        /** Refuses nulls. */
        public Disconnect {
            Objects.requireNonNull(namespace, "namespace");
        }
    }

    /**
     * An event with its arguments.
     *
     * @param namespace the name, with its leading slash
     * @param name the event's name
     * @param args its arguments
     * @param ackId what the answer must name, or {@link #NO_ACK} when none is wanted
     * @param offset what a client that comes back names to be sent what came behind it: ASCII that needs no escape in
     *     JSON; null when it cannot come back to this event
     */
    record Event(
            String namespace,
            String name,
            Payload args,
            long ackId,
            @Nullable String offset) implements Packet {

        /**
         * An event that nobody comes back to.
         *
         * @param namespace the name, with its leading slash
         * @param name the event's name
         * @param args its arguments
         * @param ackId what the answer must name, or {@link #NO_ACK} when none is wanted
         */
        public Event(String namespace, String name, Payload args, long ackId) {
            this(namespace, name, args, ackId, null);
        }

        /** Refuses nulls. */
        public Event {
            Objects.requireNonNull(namespace, "namespace");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(args, "args");
        }
    }

    /**
     * The answer to an event.
     *
     * @param namespace the name, with its leading slash
     * @param ackId the id that the event named
     * @param args the answer
     */
    record Ack(String namespace, long ackId, Payload args) implements Packet {
        /** Refuses nulls. */
        public Ack {
            Objects.requireNonNull(namespace, "namespace");
            Objects.requireNonNull(args, "args");
        }
    }

    /**
     * The server could not take what the client sent. Only the envelope has a form for it; Socket.IO closes the
     * connection or is silent, so its dialect writes nothing.
     *
     * @param namespace the name, with its leading slash
     * @param message what was wrong, in words for the client
     */
    record Failure(String namespace, String message) implements Packet {
        /** Refuses nulls. */
        public Failure {
            Objects.requireNonNull(namespace, "namespace");
            Objects.requireNonNull(message, "message");
        }
    }
}
