package io.maru.testkit;

import io.maru.client.ConnectRefusedException;
import io.maru.client.Event;
import io.maru.client.Socket;
import io.maru.wire.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of the server under test, which writes down what it hears. What it waits for has ten seconds of real time, whatever
 * the {@link ManualClock} shows. For the thread of the test.
 */
public final class TestClient implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final MaruTest test;
    private final Socket socket;
    private final Network network;

    // guarded by this, which is told of all that may change what somebody waits for
    private final List<Event> heard = new ArrayList<>();
    private @Nullable ConnectRefusedException refusal;
    // false until the first attempt has come to something, or was waited for in vain
    private boolean tried;

    /** Listens, and then connects the socket. */
    TestClient(MaruTest test, Socket socket, Network network) {
        this.test = test;
        this.socket = socket;
        this.network = network;
        socket.onAny(this::hear)
                .onConnect(it -> changed())
                .onDisconnect((reason, details) -> changed())
                .onConnectError(this::failed);
        socket.manager()
                .onOpen(it -> changed())
                .onClose((reason, details) -> changed())
                .onError(it -> changed());
        socket.connect();
    }

    private synchronized void hear(Event event) {
        heard.add(event);
        notifyAll();
    }

    private synchronized void failed(Throwable error) {
        if (error instanceof ConnectRefusedException refused) {
            refusal = refused;
        }
        changed();
    }

    private synchronized void changed() {
        tried = true;
        notifyAll();
    }

    /**
     * The client itself, for its other methods. Its handlers run on its event loop: they must not block.
     *
     * @return the socket
     */
    public Socket socket() {
        return socket;
    }

    /**
     * What lies between it and the server.
     *
     * @return the network of this client alone
     */
    public Network network() {
        return network;
    }

    /**
     * Sends an event.
     *
     * @param event its name
     * @param args its arguments
     * @return this
     */
    @SuppressWarnings("NullAway") // does not see the type of the arguments in a class file
    public TestClient emit(String event, @Nullable Object... args) {
        socket.emit(event, args);
        return this;
    }

    /**
     * Sends an event and waits for the answer.
     *
     * @param event its name
     * @param args its arguments
     * @return the values of the answer
     * @throws AssertionError when there is none, or the server refuses
     */
    @SuppressWarnings("NullAway") // does not see the type of the arguments in a class file
    public Payload ask(String event, @Nullable Object... args) {
        return get(socket.emitWithAck(event, args), "an answer to " + event);
    }

    /**
     * The next event of a name, in order, without those that were taken before. Waits for it.
     *
     * @param event its name
     * @return the event, which is taken
     * @throws AssertionError when it does not come
     */
    public synchronized Event next(String event) {
        await(() -> find(event) >= 0, () -> "the event " + event + " expected, but heard " + heard);
        return heard.remove(find(event));
    }

    private int find(String event) {
        for (int i = 0; i < heard.size(); i++) {
            if (heard.get(i).name().equals(event)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * The first argument of the next event of a name: see {@link #next(String)}.
     *
     * @param event its name
     * @param type what the argument is
     * @param <T> the same
     * @return the argument
     * @throws AssertionError when the event does not come
     */
    public <T> @Nullable T next(String event, Class<T> type) {
        return next(event).get(0, type);
    }

    /**
     * What was heard and not taken, after all that is under way has arrived. It is taken.
     *
     * @return the events, in order
     */
    public List<Event> rest() {
        test.settle();
        synchronized (this) {
            List<Event> rest = List.copyOf(heard);
            heard.clear();
            return rest;
        }
    }

    /**
     * Waits until it is connected.
     *
     * @return this
     * @throws AssertionError when it is not in time
     */
    public synchronized TestClient awaitConnected() {
        await(() -> socket.isConnected() || refusal != null, () -> "connected expected: " + socket);
        ConnectRefusedException refused = refusal;
        if (refused != null && !socket.isConnected()) {
            throw new AssertionError(
                    "connected expected: " + socket + " was refused: " + refused.getMessage(), refused);
        }
        return this;
    }

    /**
     * Waits until it is not connected.
     *
     * @return this
     * @throws AssertionError when it still is
     */
    public TestClient awaitDisconnected() {
        await(() -> !socket.isConnected(), () -> "disconnected expected: " + socket);
        return this;
    }

    /**
     * Waits until the server refuses to let it in, as a middleware of the namespace does. The refusal is taken: after another attempt
     * it waits for the next one. A plain client that need not say first who it is counts as connected before the server refuses; it
     * hears of that by {@link Socket#onError} and {@link Socket#onDisconnect}.
     *
     * @return what the server says: its message, and data if there is any
     * @throws AssertionError when it is not refused
     */
    public synchronized ConnectRefusedException awaitRefused() {
        await(
                () -> refusal != null,
                () -> "refused expected: " + socket + (socket.isConnected() ? " is connected" : ""));
        ConnectRefusedException taken = Objects.requireNonNull(refusal);
        refusal = null;
        return taken;
    }

    private void await(BooleanSupplier condition, Supplier<String> lack) {
        if (!holdsInTime(condition, PATIENCE_NANOS)) {
            throw new AssertionError(lack.get());
        }
    }

    private synchronized boolean holdsInTime(BooleanSupplier condition, long nanos) {
        long until = System.nanoTime() + nanos;
        while (!condition.getAsBoolean()) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private static <T> T get(CompletableFuture<T> future, String what) {
        try {
            return future.get(TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(what + " expected", e);
        } catch (ExecutionException e) {
            throw new AssertionError(what + " expected", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    /** Waits until what it has sent was handled, and what it was sent has arrived, as far as the network lets it. */
    void settle() {
        if (network.isHeld()) {
            return;
        }
        // an attempt that waits for the application, or for the clock, is left alone
        holdsInTime(this::isSettled, SECOND_NANOS);
        changed(); // nor is one that was given up before it had begun awaited again
        if (socket.isConnected()) {
            try {
                socket.emitWithAck(MaruTest.FENCE).get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
            } catch (ExecutionException | TimeoutException e) {
                // it was disconnected meanwhile
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isSettled() {
        return tried
                && !socket.manager().isConnecting()
                && (!socket.manager().isOpen() || socket.isConnected() || !socket.isActive());
    }

    /** Disconnects for good. The server hears of it first, unless the network is down or held. */
    @Override
    public void close() {
        socket.close();
        network.awaitEnd();
        network.close();
    }
}
