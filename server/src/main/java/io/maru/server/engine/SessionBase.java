package io.maru.server.engine;

import io.maru.wire.Encoded;
import org.jspecify.annotations.Nullable;

/**
 * What both kinds of sessions do alike: what becomes of messages that the client does not take, and their ends by time.
 * Confined to the loop.
 */
abstract sealed class SessionBase implements Session permits EngineSession, PlainSession {

    final SessionRules rules;

    // null but while something waits in it
    @Nullable Backlog backlog;

    // null where sessions do not end by time
    @Nullable Aging aging;

    SessionBase(SessionRules rules) {
        this.rules = rules;
    }

    /** Whether the transport takes a message at once. */
    abstract boolean takes();

    /** Whether the transport holds more bytes than a limit, though it gave away what it could. */
    abstract boolean isBehind(int limit);

    /** The bytes that the transport holds. */
    abstract long held();

    /** Gives the transport a message. */
    abstract void hand(Encoded message);

    /** Whether a message of this handling goes straight to a transport that is not behind. */
    @SuppressWarnings(
            "ReferenceEquality") // nearly all messages have one of these two; others are looked at more closely
    final boolean mayHandOver(Handling handling) {
        return backlog == null && (handling == Handling.KEPT || handling == Handling.USUAL && !rules.holdBack());
    }

    /** Sends a message that cannot just be handed over: the client is behind, or something may have to wait for it. */
    final SendResult sendSlowly(Encoded message, Handling handling) {
        Overflow own = handling.overflow();
        Overflow overflow = own == null ? rules.limits().overflow() : own;
        Backlog waiting = backlog;
        if (waiting == null && (overflow == Overflow.DROP_OLDEST || handling.key() != null) && isBackedUp()) {
            waiting = new Backlog(rules);
            backlog = waiting;
        }
        if (waiting != null) {
            if (waiting.add(message, handling.key(), overflow, held())) {
                return SendResult.QUEUED;
            }
        } else if (!isBehind(rules.maxBufferedBytes())) {
            hand(message);
            return SendResult.SENT;
        }
        if (overflow == Overflow.CLOSE) {
            close(CloseReason.SLOW_CONSUMER);
            return SendResult.CLOSED;
        }
        rules.load().droppedNewest.increment();
        return SendResult.DROPPED;
    }

    private boolean isBackedUp() {
        if (takes()) {
            return false;
        }
        isBehind(0); // gives away what this turn wrote itself: that does not make the client a slow one
        return !takes();
    }

    /** The client takes messages again: gives it what waits. */
    final void drain() {
        Backlog waiting = backlog;
        while (waiting != null && takes()) {
            Encoded next = waiting.poll();
            if (next == null) {
                backlog = null;
                return;
            }
            hand(next);
        }
    }

    /** The session is about to end: what waits goes out before, or is forgotten. */
    final void endBacklog(CloseReason reason) {
        Backlog waiting = backlog;
        backlog = null;
        if (waiting != null) {
            boolean wanted = reason != CloseReason.SLOW_CONSUMER && reason != CloseReason.OVERLOADED;
            for (Encoded next = waiting.poll(); next != null; next = waiting.poll()) {
                if (wanted) {
                    hand(next);
                }
            }
        }
    }

    /** Whether messages of the client are taken. */
    abstract boolean isReading();

    /** A message of the client has come. */
    final void heard() {
        if (aging != null) {
            aging.heard();
        }
    }

    /** No message has come for the time that one may take. */
    final void wasSilent() {
        if (isReading()) {
            close(CloseReason.IDLE_TIMEOUT);
        } else {
            heard(); // we ourselves have not listened
        }
    }

    final void endAging() {
        if (aging != null) {
            aging.end();
            aging = null;
        }
    }

    /** The bytes that wait in the session itself. */
    final long backlogBytes() {
        Backlog waiting = backlog;
        return waiting == null ? 0 : waiting.bytes();
    }
}
