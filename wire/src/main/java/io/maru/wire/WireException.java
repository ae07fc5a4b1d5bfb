package io.maru.wire;

import java.util.Objects;

/**
 * Something that came over the wire was refused. It is the only exception that decoders throw. The message says what was
 * expected and where, never what a payload held, so that it may be logged.
 */
public final class WireException extends RuntimeException {

    /** Why it was refused. */
    public enum Reason {
        /** Not of the form that the protocol asks for. */
        MALFORMED,
        /** Larger, deeper, longer or more than a limit allows. */
        LIMIT,
        /** A packet or part that is well-formed but has no place at this moment. */
        UNEXPECTED,
        /** An event without a usable name, or with one that the protocol keeps for itself. */
        EVENT_NAME
    }

    private static final long serialVersionUID = 1;

    /** The kind of fault. */
    private final Reason reason;

    /** The acknowledgement asked for, or {@link Packet#NO_ACK}. */
    private final long ackId;

    /**
     * A refusal of a packet that asked for no acknowledgement.
     *
     * @param reason the kind of fault
     * @param message what was expected, without any part of a payload
     */
    public WireException(Reason reason, String message) {
        this(reason, message, Packet.NO_ACK);
    }

    /**
     * A refusal.
     *
     * @param reason the kind of fault
     * @param message what was expected, without any part of a payload
     * @param ackId the acknowledgement that the refused packet asked for, or {@link Packet#NO_ACK}
     */
    public WireException(Reason reason, String message, long ackId) {
        // neither suppression nor a stack trace: bad input must cost its sender more than us
        super(message, null, false, false);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.ackId = ackId;
    }

    /**
     * Why it was refused.
     *
     * @return the kind of fault
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The acknowledgement that the refused packet asked for, so that whoever asked can be told.
     *
     * @return its id, or {@link Packet#NO_ACK}
     */
    public long ackId() {
        return ackId;
    }
}
