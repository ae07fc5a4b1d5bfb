package io.maru.server.netty;

import io.maru.server.engine.Deadlines;
import io.maru.server.engine.Loop;
import io.maru.wire.Clock;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop of Netty, and what all connections of it share: the list of those that have something to flush at the end
 * of the turn, and their deadlines. All but what {@link Loop} says otherwise is confined to the loop.
 *
 * <p>The first WebSocket of a turn that has something to flush puts one task on the loop; that runs after all reads that
 * were ready, and flushes every one of them once.
 */
final class NettyLoop implements Loop {

    private static final Logger log = LoggerFactory.getLogger(NettyLoop.class);

    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** How many tasks of other threads may wait before whoever gives one more waits too. */
    private static final int MAX_GIVEN = 8192;

    /** How often it is looked what connections hold, while some hold much. */
    private static final long WATCH_NANOS = 250_000_000;

    /** How many bytes are read before the loop's tasks come in between. */
    private static final int MAX_READ = 256 * 1024;

    /** The thread of a loop. */
    static final class LoopThread extends FastThreadLocalThread {
        LoopThread(Runnable task) {
            super(task, "maru-loop");
        }
    }

    private final int index;
    private final EventLoop eventLoop;
    private final Clock clock;
    private final int maxSilent;
    private final MessageDigest sha1 = sha1();
    private final Runnable flushTurn = this::flushTurn;
    private final AtomicInteger given = new AtomicInteger();

    final LoopCounters counters = new LoopCounters();
    // null when no proxy is trusted
    final @Nullable Forwarding forwarding;
    final Deadlines<HttpRouter> headerDeadlines;
    final Deadlines<HttpRouter> idleDeadlines;
    final Deadlines<HttpRouter> bodyDeadlines;
    final Deadlines<HttpRouter> lingerDeadlines;
    final Deadlines<WebSocketHandler> messageDeadlines;
    final Deadlines<WebSocketHandler> closeDeadlines;

    private @Nullable FrameOutput[] dirty = new FrameOutput[64];
    private @Nullable FrameOutput[] flushing = new FrameOutput[64];
    private int dirtyCount;
    private @Nullable FrameOutput[] watched = new FrameOutput[16];
    private int watchedCount;
    private int readBytes;
    private boolean runningTasks;
    private @Nullable LoopMember members;
    private boolean ending;
    private String date = "";
    private long dateSecond;
    private @Nullable InetAddress lastIp;
    private String lastAddress = "";
    private String lastTarget = "";
    private @Nullable FrameDeflater deflater;
    private @Nullable MessageInflater inflater;

    NettyLoop(int index, EventLoop eventLoop, NetworkOptions options) {
        this.index = index;
        this.eventLoop = eventLoop;
        this.clock = options.clock();
        maxSilent = Math.max(1, options.connections().maxSilent() / options.loops());
        ProxyOptions proxies = options.proxies();
        forwarding = proxies.trusted().isEmpty() ? null : new Forwarding(proxies);
        headerDeadlines = deadlines(options.http().headerTimeout(), HttpRouter::headersAreLate);
        idleDeadlines = deadlines(options.http().idleTimeout(), HttpRouter::drop);
        bodyDeadlines = deadlines(options.http().bodyTimeout(), HttpRouter::bodyIsLate);
        lingerDeadlines = deadlines(options.webSocket().closeTimeout(), HttpRouter::drop);
        messageDeadlines = deadlines(options.webSocket().messageTimeout(), WebSocketHandler::messageIsLate);
        closeDeadlines = deadlines(options.webSocket().closeTimeout(), WebSocketHandler::drop);
    }

    private <T> Deadlines<T> deadlines(Duration delay, Consumer<T> due) {
        return new Deadlines<>(this, Clock.nanos(delay), due);
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    /** As the contract says; after the server's stop the task is dropped. */
    @Override
    public boolean execute(Runnable task) {
        return give(
                inLoop()
                        ? task
                        : () -> {
                            counters.task();
                            task.run();
                        });
    }

    private boolean give(Runnable task) {
        try {
            eventLoop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            log.debug("a task came after the stop of loop {}", index);
            return false;
        }
    }

    @Override
    public boolean run(Runnable task) {
        if (inLoop()) {
            task.run();
            return true;
        }
        boolean taken = post(task);
        awaitTurn();
        return taken;
    }

    @Override
    public boolean post(Runnable task) {
        if (inLoop()) {
            return execute(task);
        }
        given.incrementAndGet();
        boolean taken = give(() -> {
            given.decrementAndGet();
            counters.task();
            task.run();
        });
        if (!taken) {
            given.decrementAndGet();
        }
        return taken;
    }

    // whoever emits faster than the loop delivers is slowed down, or the tasks would fill the memory. For a second at
    // most: a loop that stands still must not stop others
    @Override
    public void awaitTurn() {
        if (given.get() <= MAX_GIVEN || Thread.currentThread() instanceof LoopThread) {
            return;
        }
        counters.waits();
        CountDownLatch turn = new CountDownLatch(1);
        if (execute(turn::countDown)) {
            try {
                turn.await(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Timeout schedule(long delayNanos, Runnable task) {
        try {
            return clock.schedule(eventLoop, delayNanos, task)::cancel;
        } catch (RejectedExecutionException e) {
            log.debug("a timed task came after the stop of loop {}", index);
            return () -> {};
        }
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    @Override
    public String toString() {
        return "loop " + index;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    /** Flushes a WebSocket at the end of this turn. Once a turn for each. */
    void flushLater(FrameOutput output) {
        assert inLoop();
        if (dirtyCount == dirty.length) {
            dirty = Arrays.copyOf(dirty, dirtyCount * 2);
        }
        dirty[dirtyCount++] = output;
        if (dirtyCount == 1) {
            execute(flushTurn);
        }
    }

    /** Looks from now on at a WebSocket that holds much. */
    void watch(FrameOutput output, long held) {
        assert inLoop();
        if (watchedCount == watched.length) {
            watched = Arrays.copyOf(watched, watchedCount * 2);
        }
        watched[watchedCount++] = output;
        counters.held(counters.held() + held);
        if (watchedCount == 1) {
            schedule(WATCH_NANOS, this::lookAtWatched);
        }
    }

    private void lookAtWatched() {
        long sum = 0;
        int left = 0;
        for (int i = 0; i < watchedCount; i++) {
            FrameOutput output = watched[i];
            watched[i] = null;
            long bytes = output == null ? 0 : output.watchedBytes();
            if (bytes > 0) {
                watched[left++] = output;
                sum += bytes;
            }
        }
        watchedCount = left;
        counters.held(sum);
        if (left > 0) {
            schedule(WATCH_NANOS, this::lookAtWatched);
        }
    }

    // a flush can make a peer writable, whose owner then writes more: that is the next turn's
    private void flushTurn() {
        @Nullable FrameOutput[] turn = dirty;
        int count = dirtyCount;
        counters.turn();
        readBytes = 0;
        dirty = flushing;
        dirtyCount = 0;
        flushing = turn;
        for (int i = 0; i < count; i++) {
            FrameOutput output = turn[i];
            turn[i] = null;
            if (output != null) {
                output.flushTurn();
            }
        }
    }

    /**
     * Counts what is about to be read, and runs the loop's tasks when that is much. Peers that send without an end could keep a
     * loop from ever flushing what it has for others: io_uring hands out what comes for as long as something comes.
     */
    void reading(int bytes) {
        readBytes += bytes;
        if (readBytes > MAX_READ && !runningTasks && eventLoop instanceof LoopGroup.Member loop) {
            runningTasks = true;
            try {
                loop.runTasks();
            } finally {
                runningTasks = false;
                readBytes = 0;
            }
        }
    }

    /** Waits for the headers of a request. Where there are too many such connections, the one that is first in time goes. */
    void awaitHeaders(Deadlines.Node<HttpRouter> connection) {
        headerDeadlines.add(connection);
        if (headerDeadlines.size() > maxSilent) {
            counters.silent();
            headerDeadlines.expireFirst();
        }
    }

    /** Notes a connection; closes it when the loop is about to end. */
    void add(LoopMember member) {
        assert inLoop();
        member.listed = true;
        member.after = members;
        if (members != null) {
            members.before = member;
        }
        members = member;
        if (ending) {
            close(member);
        }
    }

    /** Forgets a connection, if it was noted. */
    void remove(LoopMember member) {
        if (!member.listed) {
            return;
        }
        assert inLoop();
        member.listed = false;
        if (member.before == null) {
            members = member.after;
        } else {
            member.before.after = member.after;
        }
        if (member.after != null) {
            member.after.before = member.before;
        }
        member.before = null;
        member.after = null;
    }

    /**
     * Closes all connections, and those that still come. What was written before goes to the operating system first.
     *
     * @param patience how long the operating system may take for that
     */
    void closeAll(Duration patience) {
        assert inLoop();
        ending = true;
        forEach(NettyLoop::close);
        // a peer may not read; and TLS says good-bye first, and waits for it: not now
        schedule(
                Clock.nanos(patience),
                () -> forEach(member -> {
                    Channel.Unsafe unsafe = member.ctx().channel().unsafe();
                    unsafe.close(unsafe.voidPromise());
                }));
    }

    private void forEach(Consumer<LoopMember> action) {
        LoopMember member = members;
        while (member != null) {
            LoopMember next = member.after;
            action.accept(member);
            member = next;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its end comes as channelInactive
    private static void close(LoopMember member) {
        member.ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** The value of the header {@code Date}. */
    String date() {
        assert inLoop();
        long second = System.currentTimeMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = DATE.format(Instant.ofEpochSecond(second));
        }
        return date;
    }

    /** The answer to a client's key (<a href="https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2">RFC 6455, 4.2.2</a>). */
    String acceptKey(String key) {
        assert inLoop();
        return Base64.getEncoder()
                .encodeToString(sha1.digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII)));
    }

    /** An IP address as text. Behind a proxy all clients have the same one, which is then kept once. */
    String addressText(@Nullable SocketAddress address) {
        assert inLoop();
        InetAddress ip = address instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (ip == null) {
            return "";
        }
        if (!ip.equals(lastIp)) {
            lastIp = ip;
            lastAddress = Requests.addressText(ip);
        }
        return lastAddress;
    }

    /** Path and query of a request. What many clients ask for is kept once. */
    String target(String uri) {
        assert inLoop();
        String target = Requests.target(uri);
        if (!target.equals(lastTarget)) {
            lastTarget = target;
        }
        return lastTarget;
    }

    /** What compresses the messages of all connections whose messages stand by themselves. */
    FrameDeflater deflater(DeflateOptions options) {
        assert inLoop();
        FrameDeflater known = deflater;
        if (known == null) {
            known = new FrameDeflater(options, false);
            deflater = known;
        }
        return known;
    }

    /** What decompresses the messages of all connections whose messages stand by themselves. */
    MessageInflater inflater() {
        assert inLoop();
        MessageInflater known = inflater;
        if (known == null) {
            known = new MessageInflater(false);
            inflater = known;
        }
        return known;
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java has it
        }
    }
}
