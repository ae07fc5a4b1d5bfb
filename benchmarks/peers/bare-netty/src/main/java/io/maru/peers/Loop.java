package io.maru.peers;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An event loop, and which of its connections have something to send at the end of its turn. Confined to itself. */
final class Loop implements Runnable {

    final int index;
    final EventLoop eventLoop;
    private Connection[] dirty = new Connection[1024];
    private int count;

    private Loop(int index, EventLoop eventLoop) {
        this.index = index;
        this.eventLoop = eventLoop;
    }

    static List<Loop> all(EventLoopGroup group) {
        List<Loop> loops = new ArrayList<>();
        for (EventExecutor executor : group) {
            loops.add(new Loop(loops.size(), (EventLoop) executor));
        }
        Room.loops = List.copyOf(loops);
        return loops;
    }

    static Loop of(EventLoop eventLoop, List<Loop> loops) {
        for (Loop loop : loops) {
            if (loop.eventLoop == eventLoop) {
                return loop;
            }
        }
        throw new AssertionError(eventLoop);
    }

    void flushLater(Connection connection) {
        if (count == 0) {
            eventLoop.execute(this); // tasks run after all that this turn reads
        }
        if (count == dirty.length) {
            dirty = Arrays.copyOf(dirty, count * 2);
        }
        dirty[count++] = connection;
    }

    @Override
    public void run() {
        // a flush makes nobody dirty
        for (int i = 0; i < count; i++) {
            dirty[i].flushTurn();
            dirty[i] = null;
        }
        count = 0;
    }
}
