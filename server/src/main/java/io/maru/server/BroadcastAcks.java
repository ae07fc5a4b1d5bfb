package io.maru.server;

import io.maru.wire.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Collects the answers to one broadcast. All who are asked answer to one id; those who leave before are not waited for.
 * Completes once: when all have answered or left, or when the time is over. Safe for any thread.
 */
final class BroadcastAcks {

    private final long id;
    private final Executor executor;
    private final CompletableFuture<Answers> result = new CompletableFuture<>();

    // guarded by this
    private final List<Payload> answers = new ArrayList<>();
    private @Nullable List<Socket> asked = new ArrayList<>();
    private int expected;
    private int left;
    // the loops that have still to ask, and the one who started all
    private int asking;

    BroadcastAcks(long id, int loops, Executor executor) {
        this.id = id;
        this.executor = executor;
        this.asking = loops + 1;
    }

    CompletableFuture<Answers> result() {
        return result;
    }

    /** Asks one socket; on its loop. */
    void ask(Socket socket, Outgoing outgoing) {
        synchronized (this) {
            if (asked == null) {
                return; // the time was over before the question was out
            }
            expected++;
            asked.add(socket);
        }
        Sending.ask(socket, id, outgoing, new PendingAcks.Waiting() {
            @Override
            public void answered(Payload answer) {
                onAnswer(answer);
            }

            @Override
            public void failed(Throwable cause) {
                onAnswer(null);
            }
        });
    }

    /** A loop has asked all of its sockets, or whoever started has done so. */
    void end() {
        synchronized (this) {
            asking--;
        }
        completeIfWhole();
    }

    /** The time is over. */
    void expire() {
        List<Socket> silent;
        synchronized (this) {
            if (asked == null) {
                return;
            }
            silent = asked;
            complete();
        }
        for (Socket socket : silent) {
            socket.loop().execute(() -> socket.forgetAck(id));
        }
    }

    private void onAnswer(@Nullable Payload answer) {
        synchronized (this) {
            if (asked == null) {
                return;
            }
            if (answer == null) {
                left++;
            } else {
                answers.add(answer);
            }
        }
        completeIfWhole();
    }

    private synchronized void completeIfWhole() {
        if (asked != null && asking == 0 && answers.size() + left == expected) {
            complete();
        }
    }

    private void complete() {
        asked = null;
        Answers all = new Answers(answers, expected);
        executor.execute(() -> result.complete(all));
    }
}
