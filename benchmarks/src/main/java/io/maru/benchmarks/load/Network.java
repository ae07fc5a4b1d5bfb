package io.maru.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The one loop: waits, lets clients read, and at the end of a turn lets each write once. */
final class Network implements AutoCloseable {

    private static final int READ = 256 * 1024;

    /** What one connection has kept, and one read more. */
    final byte[] bytes = new byte[FrameReader.MAX_LENGTH + 64 + READ];

    final ByteBuffer input = ByteBuffer.allocateDirect(READ);
    final ByteBuffer output = ByteBuffer.allocateDirect(READ);

    private final Selector selector;
    private final Consumer<SelectionKey> ready = Network::ready;
    private List<Client> dirty = new ArrayList<>();
    private List<Client> flushing = new ArrayList<>();

    Network() throws IOException {
        selector = Selector.open();
    }

    Selector selector() {
        return selector;
    }

    /** Has a client flushed at the end of this turn. */
    void flushLater(Client client) {
        dirty.add(client);
    }

    /** One turn. Waits for {@code timeoutMillis} at most; 0 is not at all. */
    void turn(long timeoutMillis) {
        try {
            if (timeoutMillis <= 0 || !dirty.isEmpty()) {
                selector.selectNow(ready);
            } else {
                selector.select(ready, timeoutMillis);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        flush();
    }

    private void flush() {
        List<Client> now = dirty;
        dirty = flushing;
        flushing = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flush();
        }
        now.clear();
    }

    private static void ready(SelectionKey key) {
        ((Client) key.attachment()).onSelected();
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
