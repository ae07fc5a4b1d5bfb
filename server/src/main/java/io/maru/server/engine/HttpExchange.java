package io.maru.server.engine;

import java.util.function.Consumer;

/** A request whose headers have come, and the one answer to it. Implemented by the network. */
public interface HttpExchange {

    /**
     * The request.
     *
     * @return its facts
     */
    HttpRequest request();

    /**
     * The loop of the connection that it came by.
     *
     * @return the loop, on which the callbacks of this exchange run
     */
    Loop loop();

    /**
     * Reads the body; once at most, and while {@link HttpEndpoint#onRequest} runs. Without it, the body is thrown away.
     *
     * @param maxBytes the largest body taken
     * @param body called on the loop with the whole body, which belongs to it
     * @param tooLarge called on the loop instead, as soon as the body is known to be larger; the rest is thrown away
     */
    void readBody(int maxBytes, Consumer<byte[]> body, Runnable tooLarge);

    /**
     * Answers. From any thread; a second answer, or one to a connection that is gone, is dropped.
     *
     * @param response the answer
     */
    void respond(HttpResponse response);

    /**
     * What to do when the connection ends before the answer was given; on the loop, and at once when it has ended already.
     *
     * @param gone replaces what was set before
     */
    void onGone(Runnable gone);
}
