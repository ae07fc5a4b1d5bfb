package io.maru.client;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The client behind {@link MaruClient#connect} and {@link MaruClient#plain}: there from the first of their sockets to the last. */
final class SharedClient {

    // guarded by the class: the only state of the library that is static, see docs/adr/0029
    private static @Nullable SharedClient current;

    private final MaruClient client = MaruClient.shared(this::retain);
    // guarded by the class
    private int users;

    private SharedClient() {}

    /** Opens a socket, which keeps the client until it is closed. */
    static Socket open(Function<MaruClient, Socket> open) {
        SharedClient used;
        Runnable done;
        synchronized (SharedClient.class) {
            if (current == null) {
                current = new SharedClient();
            }
            used = current;
            done = used.retain();
        }
        try {
            return open.apply(used.client);
        } finally {
            done.run();
        }
    }

    private Runnable retain() {
        synchronized (SharedClient.class) {
            if (current != this) {
                throw new IllegalStateException("the client is closed");
            }
            users++;
        }
        AtomicBoolean released = new AtomicBoolean();
        return () -> {
            if (released.compareAndSet(false, true)) {
                release();
            }
        };
    }

    private void release() {
        synchronized (SharedClient.class) {
            if (--users > 0) {
                return;
            }
            current = null;
        }
        client.close();
    }
}
