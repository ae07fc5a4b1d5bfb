package io.maru.client;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The client behind {@link MaruClient#connect} and {@link MaruClient#plain}: there from the first of their sockets to the last. */
final class SharedClient {

    // guarded by the class: the only state of the library that is static, see docs/adr/0029
    private static @Nullable MaruClient client;
    private static int sockets;

    private SharedClient() {}

    static Socket socket(BiFunction<MaruClient, Runnable, Socket> open) {
        AtomicBoolean released = new AtomicBoolean();
        Runnable release = () -> {
            if (released.compareAndSet(false, true)) {
                release();
            }
        };
        MaruClient used = acquire();
        try {
            return open.apply(used, release);
        } catch (Throwable e) {
            release.run();
            throw e;
        }
    }

    private static synchronized MaruClient acquire() {
        if (client == null) {
            client = MaruClient.create();
        }
        sockets++;
        return client;
    }

    private static void release() {
        MaruClient unused = null;
        synchronized (SharedClient.class) {
            if (--sockets == 0) {
                unused = client;
                client = null;
            }
        }
        if (unused != null) {
            unused.close();
        }
    }
}
