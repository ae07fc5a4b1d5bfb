package io.maru.server.netty;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what one loop does. Written on the loop only, so without any contention; read by anybody. */
final class LoopCounters {

    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong flushes = new AtomicLong();
    private final AtomicLong turns = new AtomicLong();
    private final AtomicLong tasks = new AtomicLong();
    private final AtomicLong droppedPongs = new AtomicLong();
    private final AtomicLong droppedSilent = new AtomicLong();
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong webSockets = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong httpReceived = new AtomicLong();
    private final AtomicLong httpSent = new AtomicLong();
    private final AtomicLong requestFaults = new AtomicLong();
    private final AtomicLong webSocketFaults = new AtomicLong();
    // of all threads that give tasks
    private final LongAdder waits = new LongAdder();

    void frame() {
        add(frames, 1);
    }

    void write(int length) {
        add(writes, 1);
        add(bytes, length);
    }

    void flush() {
        add(flushes, 1);
    }

    void turn() {
        add(turns, 1);
    }

    void task() {
        add(tasks, 1);
    }

    void droppedPong() {
        add(droppedPongs, 1);
    }

    void silent() {
        add(droppedSilent, 1);
    }

    /** So much is held for peers that do not take it. */
    void held(long bytes) {
        held.setOpaque(bytes);
    }

    /** One more, or one less, is open. */
    void webSocket(int more) {
        add(webSockets, more);
    }

    long webSockets() {
        return webSockets.getOpaque();
    }

    /** Bytes have come over a WebSocket. */
    void received(int length) {
        add(received, length);
    }

    /** A part of the body of a request has come. */
    void httpReceived(int length) {
        add(httpReceived, length);
    }

    /** A request was answered. */
    void httpSent(int length) {
        add(httpSent, length);
    }

    Traffic traffic() {
        return new Traffic(received.getOpaque(), httpReceived.getOpaque(), httpSent.getOpaque());
    }

    void requestFault() {
        add(requestFaults, 1);
    }

    void webSocketFault() {
        add(webSocketFaults, 1);
    }

    /** A thread has to wait before it may give more; on that thread. */
    void waits() {
        waits.increment();
    }

    LoopStats stats() {
        return new LoopStats(
                frames.getOpaque(),
                bytes.getOpaque(),
                writes.getOpaque(),
                flushes.getOpaque(),
                turns.getOpaque(),
                tasks.getOpaque());
    }

    long droppedPongs() {
        return droppedPongs.getOpaque();
    }

    long droppedSilent() {
        return droppedSilent.getOpaque();
    }

    NettyServer.Faults faults() {
        return new NettyServer.Faults(
                requestFaults.getOpaque(), webSocketFaults.getOpaque(), droppedPongs.getOpaque(), waits.sum());
    }

    long held() {
        return held.getOpaque();
    }

    // there is one writer, so this need not be one step
    private static void add(AtomicLong counter, long more) {
        counter.setOpaque(counter.getPlain() + more);
    }
}
