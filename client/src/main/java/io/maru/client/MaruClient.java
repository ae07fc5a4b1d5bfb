package io.maru.client;

import io.maru.client.engine.Loop;
import io.maru.client.netty.NettyLoops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sockets and the threads that they share: a fixed number, however many sockets there are. Threads begin with the first socket and
 * have ended when {@link #close()} returns. Safe for any thread.
 *
 * <pre>{@code
 * Socket socket = MaruClient.connect("http://localhost:3000");
 * socket.on("chat", String.class, text -> System.out.println(text));
 * socket.emit("chat", "Hi");
 * }</pre>
 *
 * <p>The static methods use a client of their own, whose threads end when the last of its sockets is closed.
 */
public final class MaruClient implements AutoCloseable {

    private static final long LAST_WORDS_MILLIS = 3_000;
    private static final long THREADS_MILLIS = 5_000;

    private final ClientOptions options;
    private final NettyLoops loops;
    private final ClientThreads threads;

    private final Supplier<Runnable> retain;

    // guarded by this: the connections that others may share, by their address, and all that are not gone
    private final Map<String, List<Manager>> shared = new HashMap<>();
    private final Set<Manager> managers = new HashSet<>();
    private boolean closed;
    // counted down when the network has nothing left of the last connection, once closed
    private final CountDownLatch gone = new CountDownLatch(1);

    private MaruClient(ClientOptions options, Supplier<Runnable> retain) {
        this.options = options;
        this.retain = retain;
        this.loops = new NettyLoops(options.loops, options.daemon, options.clock);
        this.threads = new ClientThreads(options.handlerThreads);
    }

    /**
     * A client with the default options.
     *
     * @return the client
     */
    public static MaruClient create() {
        return create(UnaryOperator.identity());
    }

    /**
     * A client.
     *
     * @param change sets the options of the client, and what its sockets begin with
     * @return the client
     */
    public static MaruClient create(UnaryOperator<ClientOptions.Builder> change) {
        return new MaruClient(change.apply(ClientOptions.builder()).build(), () -> () -> {});
    }

    /**
     * The client that all share.
     *
     * @param retain keeps it for one socket more; what it gives is run when that is closed
     */
    static MaruClient shared(Supplier<Runnable> retain) {
        return new MaruClient(ClientOptions.builder().build(), retain);
    }

    /**
     * A socket of a Socket.IO server, by the client that all share who use this method.
     *
     * @param uri {@code http}, {@code https}, {@code ws} or {@code wss}; the path is the namespace
     * @return the socket, which connects
     */
    public static Socket connect(String uri) {
        return connect(uri, UnaryOperator.identity());
    }

    /**
     * A socket of a Socket.IO server, by the client that all share who use this method.
     *
     * @param uri {@code http}, {@code https}, {@code ws} or {@code wss}; the path is the namespace
     * @param change sets its options
     * @return the socket, which connects unless the options say otherwise
     */
    public static Socket connect(String uri, UnaryOperator<ClientOptions.Builder> change) {
        return SharedClient.open(client -> client.socket(uri, change));
    }

    /**
     * A socket of a server that speaks the envelope, by the client that all share who use this method.
     *
     * @param uri {@code ws}, {@code wss}, {@code http} or {@code https}
     * @return the socket, which connects
     */
    public static Socket plain(String uri) {
        return plain(uri, UnaryOperator.identity());
    }

    /**
     * A socket of a server that speaks the envelope, by the client that all share who use this method.
     *
     * @param uri {@code ws}, {@code wss}, {@code http} or {@code https}
     * @param change sets its options
     * @return the socket, which connects unless the options say otherwise
     */
    public static Socket plain(String uri, UnaryOperator<ClientOptions.Builder> change) {
        return SharedClient.open(client -> client.plainSocket(uri, change));
    }

    /**
     * A socket of a Socket.IO server.
     *
     * @param uri {@code http}, {@code https}, {@code ws} or {@code wss}; the path is the namespace
     * @return the socket, which connects unless the client's options say otherwise
     */
    public Socket socket(String uri) {
        return socket(uri, UnaryOperator.identity());
    }

    /**
     * A socket of a Socket.IO server. It shares the connection of another one when that goes to the same server, is in another
     * namespace, and has the same options in what concerns connections.
     *
     * @param uri {@code http}, {@code https}, {@code ws} or {@code wss}; the path is the namespace
     * @param change sets its options, which begin as the client's
     * @return the socket, which connects unless the options say otherwise
     * @throws IllegalArgumentException when the address or an option makes no sense
     * @throws IllegalStateException when the client is closed
     */
    public Socket socket(String uri, UnaryOperator<ClientOptions.Builder> change) {
        return open(uri, change, false);
    }

    /**
     * A socket of a server that speaks the envelope.
     *
     * @param uri {@code ws}, {@code wss}, {@code http} or {@code https}
     * @return the socket, which connects unless the client's options say otherwise
     */
    public Socket plainSocket(String uri) {
        return plainSocket(uri, UnaryOperator.identity());
    }

    /**
     * A socket of a server that speaks the envelope. It has a connection of its own.
     *
     * @param uri {@code ws}, {@code wss}, {@code http} or {@code https}
     * @param change sets its options, which begin as the client's
     * @return the socket, which connects unless the options say otherwise
     * @throws IllegalArgumentException when the address or an option makes no sense
     * @throws IllegalStateException when the client is closed
     */
    public Socket plainSocket(String uri, UnaryOperator<ClientOptions.Builder> change) {
        return open(uri, change, true);
    }

    private Socket open(String uri, UnaryOperator<ClientOptions.Builder> change, boolean plain) {
        ClientOptions wanted = change.apply(options.toBuilder()).build();
        if (!wanted.sharesThreadsWith(options)) {
            throw new IllegalArgumentException(
                    "loops, handlerThreads, daemon and clock belong to MaruClient.create, not to a socket");
        }
        Endpoint endpoint = Endpoint.of(uri);
        Socket socket = place(endpoint, wanted, plain);
        if (wanted.setup != null) {
            try {
                wanted.setup.accept(socket);
            } catch (Throwable e) {
                socket.close();
                throw e;
            }
        }
        return wanted.autoConnect ? socket.connect() : socket;
    }

    private Socket place(Endpoint endpoint, ClientOptions wanted, boolean plain) {
        String key = endpoint.origin() + wanted.path + '?' + endpoint.query();
        String namespace = endpoint.path();
        boolean mayShare = !plain && !wanted.forceNew && wanted.multiplex;
        for (Manager found : mayShare ? find(key) : List.<Manager>of()) {
            Socket added = found.options().sharesConnectionWith(wanted) ? found.add(namespace, wanted) : null;
            if (added != null) {
                return added;
            }
        }
        // certificates are read from files here, so no lock is held
        Manager fresh = newManager(key, endpoint, wanted, plain);
        Socket added = fresh.add(namespace, wanted);
        keep(fresh, mayShare ? key : null);
        return Objects.requireNonNull(added, "a new manager has no socket");
    }

    private synchronized List<Manager> find(String key) {
        requireOpen();
        return List.copyOf(shared.getOrDefault(key, List.of()));
    }

    private synchronized void keep(Manager fresh, @Nullable String key) {
        requireOpen();
        managers.add(fresh);
        if (key != null) {
            shared.computeIfAbsent(key, it -> new ArrayList<>()).add(fresh);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
    }

    private Manager newManager(String key, Endpoint endpoint, ClientOptions wanted, boolean plain) {
        Loop loop = loops.next();
        Place place = new Place(
                loop,
                loops.network(loop, wanted.network(endpoint)),
                threads.handlers(wanted, loop),
                threads.futures(wanted, loop),
                threads.auth(wanted, loop),
                () -> ThreadLocalRandom.current().nextDouble(),
                retain);
        Manager[] made = new Manager[1];
        made[0] = new Manager(endpoint, wanted, plain, place, () -> unused(key, made[0]), () -> gone(made[0]));
        return made[0];
    }

    private synchronized void unused(String key, Manager manager) {
        List<Manager> left = shared.get(key);
        if (left != null && left.remove(manager) && left.isEmpty()) {
            shared.remove(key);
        }
    }

    private synchronized void gone(Manager manager) {
        managers.remove(manager);
        if (closed && managers.isEmpty()) {
            gone.countDown();
        }
    }

    /**
     * Closes all sockets, and waits until the servers have been told and the threads have ended. Handlers that wait to run have run
     * then. What of the application does not return is interrupted after five seconds, and left alone after ten. On a thread of this
     * client it does not wait for threads; on an event loop it does not wait at all.
     */
    @Override
    public void close() {
        List<Manager> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(managers);
            if (all.isEmpty()) {
                gone.countDown();
            }
        }
        boolean onLoop = loops.inLoops();
        boolean own = onLoop || threads.isOneOfThem();
        all.forEach(Manager::closeSockets);
        if (!onLoop) {
            try {
                gone.await(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        loops.close(own ? 0 : THREADS_MILLIS);
        threads.close(own ? 0 : THREADS_MILLIS);
    }
}
