package io.maru.conformance.clients;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** What the talks of all clients have in common: what was heard, and how often it was in. */
abstract class InteropTalk implements InteropClient.Talk {

    private final Map<String, BlockingQueue<Object>> heard = new ConcurrentHashMap<>();
    private final AtomicInteger entries = new AtomicInteger();
    private final CompletableFuture<Void> in = new CompletableFuture<>();

    /** Sends an event; what it is answered will be in the future. */
    abstract CompletableFuture<Object> request(String event, Object value);

    final void hear(String event, Object value) {
        heard(event).add(value);
    }

    final void entered() {
        entries.incrementAndGet();
        in.complete(null);
    }

    final void awaitEntry() {
        await(in, "entering");
    }

    @Override
    public final Object ask(String event, Object value) {
        return await(request(event, value), "an answer to " + event);
    }

    @Override
    public final Object next(String event) {
        try {
            Object value = heard(event).poll(InteropClient.SECONDS_TO_WAIT, SECONDS);
            if (value == null) {
                throw new AssertionError("waited in vain for " + event);
            }
            return value;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public final boolean hasHeard(String event) {
        return !heard(event).isEmpty();
    }

    @Override
    public final int entries() {
        return entries.get();
    }

    private BlockingQueue<Object> heard(String event) {
        return heard.computeIfAbsent(event, name -> new LinkedBlockingQueue<>());
    }

    private static <T> T await(CompletableFuture<T> future, String what) {
        try {
            return future.get(InteropClient.SECONDS_TO_WAIT, SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new AssertionError("waited in vain for " + what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
