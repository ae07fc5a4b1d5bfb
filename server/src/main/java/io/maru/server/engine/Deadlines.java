package io.maru.server.engine;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Things of one loop that are due a fixed time after they were added: a list in the order of their deadlines, with one
 * timer for all of them. Adding and removing take constant time. Confined to the loop.
 *
 * <p>When the loop itself stood still (a collection, a suspended machine), what was due meanwhile is judged one grace
 * period later: what peers sent in the meantime is read before.
 *
 * @param <T> what is due
 */
public final class Deadlines<T> {

    /** One timer serves all that falls due within this time, or within this part of the delay where that is less. */
    private static final long LONGEST_GRAIN_NANOS = 5_000_000;

    private static final int GRAINS = 500;

    /** A timer that fires later than this shows that the loop stood still. */
    private static final long PAUSE_NANOS = 400_000_000;

    private static final long LONGEST_GRACE_NANOS = 5_000_000_000L;

    /**
     * The place of one thing in the list; reusable, in one list at a time.
     *
     * @param <T> what is due
     */
    public static final class Node<T> {
        private final T owner;
        private @Nullable Deadlines<T> list;
        private @Nullable Node<T> before;
        private @Nullable Node<T> after;
        private long deadline;

        /**
         * A place, in no list yet.
         *
         * @param owner what is due
         */
        public Node(T owner) {
            this.owner = owner;
        }

        /** Leaves the list that it is in, if it is in one. */
        public void remove() {
            if (list != null) {
                list.unlink(this);
            }
        }

        /**
         * Whether it is in a list.
         *
         * @return true when it is
         */
        public boolean isListed() {
            return list != null;
        }
    }

    private final Loop loop;
    private final long delayNanos;
    private final Consumer<? super T> due;
    private @Nullable Node<T> first;
    private @Nullable Node<T> last;
    private int size;
    private boolean scheduled;
    private long wakeUp;

    /**
     * An empty list.
     *
     * @param loop whose things these are
     * @param delayNanos the time from adding to being due
     * @param due called on the loop for each that is due; it has left the list then
     */
    public Deadlines(Loop loop, long delayNanos, Consumer<? super T> due) {
        this.loop = loop;
        this.delayNanos = delayNanos;
        this.due = due;
    }

    /**
     * Adds a node, from whatever list it was in.
     *
     * @param node due after the delay
     */
    public void add(Node<T> node) {
        assert loop.inLoop();
        node.remove();
        node.list = this;
        node.deadline = loop.nanoTime() + delayNanos;
        node.before = last;
        if (last == null) {
            first = node;
        } else {
            last.after = node;
        }
        last = node;
        size++;
        if (!scheduled) {
            schedule(delayNanos);
        }
    }

    private void unlink(Node<T> node) {
        assert loop.inLoop();
        if (node.before == null) {
            first = node.after;
        } else {
            node.before.after = node.after;
        }
        if (node.after == null) {
            last = node.before;
        } else {
            node.after.before = node.before;
        }
        node.before = null;
        node.after = null;
        node.list = null;
        size--;
    }

    /**
     * How many are in the list.
     *
     * @return their number
     */
    public int size() {
        return size;
    }

    /** Treats the first as due now, if there is one: what has been here longest makes room. */
    public void expireFirst() {
        assert loop.inLoop();
        Node<T> node = first;
        if (node != null) {
            unlink(node);
            due.accept(node.owner);
        }
    }

    private void schedule(long nanos) {
        scheduled = true;
        long delay = Math.max(nanos, Math.min(LONGEST_GRAIN_NANOS, delayNanos / GRAINS));
        wakeUp = loop.nanoTime() + delay;
        loop.schedule(delay, this::run);
    }

    private void run() {
        long now = loop.nanoTime();
        if (now - wakeUp > PAUSE_NANOS && first != null) {
            schedule(Math.min(delayNanos, LONGEST_GRACE_NANOS));
            return;
        }
        try {
            Node<T> node;
            while ((node = first) != null && node.deadline - now <= 0) {
                unlink(node);
                due.accept(node.owner);
            }
        } finally {
            // not before: what is added meanwhile is due later than what is here
            scheduled = false;
            if (first != null) {
                schedule(first.deadline - now);
            }
        }
    }
}
