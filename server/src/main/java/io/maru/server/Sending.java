package io.maru.server;

import io.maru.server.engine.Handling;
import io.maru.server.engine.Loop;
import io.maru.server.engine.SendResult;
import io.maru.wire.Clock;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/** How what is said to one socket gets to its loop, and what becomes of it there. From any thread unless said otherwise. */
final class Sending {

    private static final String TOO_MANY_ACKS = "too many answers are awaited of this socket";

    private Sending() {}

    static void emit(Socket socket, String event, Payload args, boolean isVolatile, Handling handling) {
        Packet.Event packet =
                new Packet.Event(socket.namespace().name(), Socket.requireName(event), args, Packet.NO_ACK);
        if (socket.namespace().recovery() == null) {
            Outgoing outgoing = new Outgoing(packet, isVolatile, handling);
            socket.loop().run(() -> socket.deliver(outgoing));
        } else {
            sendNumbered(socket, socket.namespace().recovery(), packet, isVolatile, handling, Socket::deliver);
        }
    }

    static CompletableFuture<SendResult> emitResult(
            Socket socket, String event, Payload args, boolean isVolatile, Handling handling) {
        Packet.Event packet =
                new Packet.Event(socket.namespace().name(), Socket.requireName(event), args, Packet.NO_ACK);
        CompletableFuture<SendResult> result = new CompletableFuture<>();
        BiConsumer<Socket, Outgoing> delivery = (target, outgoing) -> {
            SendResult handed = target.write(outgoing);
            SendResult known = handed == SendResult.SENT && !target.session().isWritable() ? SendResult.QUEUED : handed;
            outgoing.release();
            socket.namespace().server().handlerThreads(target.loop().index()).execute(() -> result.complete(known));
        };
        boolean taken;
        if (socket.namespace().recovery() == null) {
            Outgoing outgoing = new Outgoing(packet, isVolatile, handling);
            taken = socket.loop().run(() -> delivery.accept(socket, outgoing));
        } else {
            taken = sendNumbered(socket, socket.namespace().recovery(), packet, isVolatile, handling, delivery);
        }
        if (!taken) {
            result.complete(SendResult.CLOSED);
        }
        return result;
    }

    static CompletableFuture<Payload> request(
            Socket socket, String event, Payload args, Handling handling, Duration timeout) {
        long ackId = socket.namespace().nextAckId();
        Outgoing outgoing = new Outgoing(
                new Packet.Event(socket.namespace().name(), Socket.requireName(event), args, ackId), false, handling);
        if (socket.isGone()) {
            // not on the loop, which runs no more after the server's stop
            socket.namespace().server().counters().dropped(Drop.GONE);
            return CompletableFuture.failedFuture(new DisconnectedException());
        }
        if (socket.pendingAcks().size() >= socket.namespace().server().options().maxPendingAcks()) {
            outgoing.release();
            socket.namespace().server().counters().refusedQuestions.increment();
            return CompletableFuture.failedFuture(new IllegalStateException(TOO_MANY_ACKS));
        }
        CompletableFuture<Payload> answer = new CompletableFuture<>();
        boolean taken = socket.run(() -> {
            ask(socket, ackId, outgoing, new Request(socket, answer, ackId, timeout));
            outgoing.release();
        });
        if (!taken) {
            outgoing.release();
            answer.completeExceptionally(new DisconnectedException());
        }
        return answer;
    }

    /** One question to this socket. Its future completes where handlers run. */
    private static final class Request implements PendingAcks.Waiting {
        private final Socket socket;
        private final CompletableFuture<Payload> answer;
        private final Loop.Timeout timer;
        // written on the loop
        private volatile boolean told;

        Request(Socket socket, CompletableFuture<Payload> answer, long ackId, Duration timeout) {
            this.socket = socket;
            this.answer = answer;
            this.timer = socket.loop().schedule(Clock.nanos(timeout), () -> {
                PendingAcks.Waiting waiting = socket.pendingAcks().remove(ackId);
                if (waiting != null) {
                    waiting.failed(new TimeoutException("operation has timed out"));
                }
            });
            answer.whenComplete((payload, failure) -> {
                if (!told) { // whoever asked has given up
                    socket.loop().run(() -> {
                        timer.cancel();
                        socket.pendingAcks().remove(ackId);
                    });
                }
            });
        }

        @Override
        public void answered(Payload payload) {
            told = true;
            timer.cancel();
            complete(() -> answer.complete(payload));
        }

        @Override
        public void failed(Throwable cause) {
            told = true;
            timer.cancel();
            complete(() -> answer.completeExceptionally(cause));
        }

        // not behind the socket's handlers: one of them may be waiting for this answer
        private void complete(Runnable completion) {
            socket.namespace().server().handlerThreads(socket.loop().index()).execute(completion);
        }
    }

    /** Sends a question whose answer somebody waits for, and whose buffers the caller lets go of; on the loop. */
    static void ask(Socket socket, long ackId, Outgoing outgoing, PendingAcks.Waiting waiting) {
        assert socket.loop().inLoop();
        if (socket.isGone()) {
            waiting.failed(new DisconnectedException());
        } else if (socket.pendingAcks().size()
                >= socket.namespace().server().options().maxPendingAcks()) {
            socket.namespace().server().counters().refusedQuestions.increment();
            waiting.failed(new IllegalStateException(TOO_MANY_ACKS));
            return;
        } else {
            Observers observers = socket.namespace().server().observers();
            socket.pendingAcks().add(ackId, observers.listen() ? observers.timed(socket, waiting) : waiting);
        }
        socket.write(outgoing);
    }

    private static boolean sendNumbered(
            Socket socket,
            RecoveryLog log,
            Packet.Event packet,
            boolean isVolatile,
            Handling handling,
            BiConsumer<Socket, Outgoing> delivery) {
        boolean taken;
        synchronized (log) {
            // the client can have come back, and is then another socket of the same id
            Socket target = socket.isGone() ? socket.namespace().sockets().get(socket.id()) : socket;
            if (target == null && (isVolatile || !log.isAway(socket.id()))) {
                socket.namespace().server().counters().dropped(Drop.GONE);
                return false;
            }
            Packet.Event numbered =
                    isVolatile ? log.pass(packet) : log.append(packet, Set.of(socket.id()), Set.of(), null);
            if (target == null) {
                return false; // it is kept for it
            }
            Outgoing outgoing = new Outgoing(numbered, isVolatile, handling, isVolatile ? 0 : log.last());
            Loop home = target.loop();
            if (!isVolatile) {
                log.given(home.index());
            }
            taken = home.post(() -> {
                delivery.accept(target, outgoing);
                socket.namespace().delivered(home.index(), outgoing.number);
            });
        }
        socket.loop().awaitTurn();
        return taken;
    }
}
