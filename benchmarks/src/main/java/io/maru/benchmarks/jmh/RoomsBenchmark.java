package io.maru.benchmarks.jmh;

import io.maru.server.MaruServer;
import io.maru.server.Socket;
import io.maru.wire.Encoded.Framing;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.WireLimits;
import io.maru.wire.json.EnvelopeDialect;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What is done with rooms on their loop, in a server with real connections. A client asks for a batch, so that what it
 * takes to ask for it hardly counts.
 */
public class RoomsBenchmark extends Measured {

    private static final int JOINS = 10_000;
    private static final int MEMBERS = 100;
    private static final int EMISSIONS = 100;
    private static final String ROOM = "lobby";

    // the clients answer no pings
    private final MaruServer server = MaruServer.create(options -> options.host("127.0.0.1")
            .port(0)
            .loops(1)
            .handlersOnEventLoop()
            .engine(engine -> engine.pingInterval(Duration.ofDays(1))));
    private final Packet.Event chat = Samples.chat();
    private final int chatLength = Samples.some(
                    new EnvelopeDialect(WireLimits.DEFAULTS, JsonCodec.standard()).encode(chat))
            .framesLength(Framing.PLAIN);
    private final List<Client> members = new ArrayList<>();
    private final Semaphore done = new Semaphore(0);
    private volatile Consumer<Socket> batch = socket -> {};

    /**
     * Fills a room.
     *
     * @throws IOException when a client cannot connect
     */
    @Setup
    public void open() throws IOException {
        server.onConnection(socket -> {
            socket.join(ROOM);
            socket.on("run", event -> {
                batch.accept(socket);
                done.release();
            });
        });
        server.start();
        for (int i = 0; i < MEMBERS + 1; i++) {
            members.add(new Client(server.port()));
        }
        while (server.main().roomSize(ROOM) <= MEMBERS) {
            Thread.onSpinWait();
        }
    }

    /**
     * Ends all.
     *
     * @throws IOException when a client cannot close
     */
    @TearDown
    public void close() throws IOException {
        for (Client member : members) {
            member.close();
        }
        server.close();
    }

    /**
     * A leave and a join of a room that others are in.
     *
     * @throws IOException when the connection has ended
     */
    @Benchmark
    @OperationsPerInvocation(JOINS)
    public void joinAndLeave() throws IOException {
        run(socket -> {
            for (int i = 0; i < JOINS; i++) {
                socket.leave(ROOM).join(ROOM);
            }
        });
    }

    /**
     * A join and a leave of a room that is made and ends by them.
     *
     * @throws IOException when the connection has ended
     */
    @Benchmark
    @OperationsPerInvocation(JOINS)
    public void joinAndLeaveAlone() throws IOException {
        run(socket -> {
            for (int i = 0; i < JOINS; i++) {
                socket.join("mine").leave("mine");
            }
        });
    }

    /**
     * One delivery of 100 broadcasts to 100 others, each of whom is sent all in one write, until it has arrived.
     *
     * @throws IOException when a connection has ended
     */
    @Benchmark
    @OperationsPerInvocation(EMISSIONS * MEMBERS)
    public void deliver() throws IOException {
        run(socket -> {
            for (int i = 0; i < EMISSIONS; i++) {
                socket.to(ROOM).emit(chat.name(), chat.args());
            }
        });
        for (Client member : members.subList(1, members.size())) {
            member.skip(EMISSIONS * chatLength);
        }
    }

    private void run(Consumer<Socket> work) throws IOException {
        batch = work;
        members.get(0).send("{\"type\":\"run\"}");
        done.acquireUninterruptibly();
    }
}
