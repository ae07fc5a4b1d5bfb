package io.maru.server;

import java.util.function.Consumer;

/** On how many loops a server runs, and where its handlers do. */
enum Threads implements Consumer<ServerOptions.Builder> {
    ONE_LOOP(1, false),
    THREE_LOOPS(3, false),
    ONE_LOOP_WITH_HANDLERS(1, true),
    THREE_LOOPS_WITH_HANDLERS(3, true);

    final int loops;
    final boolean handlersOnEventLoop;

    Threads(int loops, boolean handlersOnEventLoop) {
        this.loops = loops;
        this.handlersOnEventLoop = handlersOnEventLoop;
    }

    @Override
    public void accept(ServerOptions.Builder options) {
        options.loops(loops);
        if (handlersOnEventLoop) {
            options.handlersOnEventLoop();
        }
    }
}
