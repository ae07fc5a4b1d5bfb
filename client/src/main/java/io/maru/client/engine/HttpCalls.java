package io.maru.client.engine;

import org.jspecify.annotations.Nullable;

/** The HTTP requests of one session over polling: two at once at the most. On its loop only. */
public interface HttpCalls {

    /**
     * Hears what became of a request, on the loop and once; nothing after {@link #close}. Where {@link #onAnswer} throws,
     * {@link #onFailure} comes after it.
     */
    interface Answer {
        /**
         * The server has answered.
         *
         * @param status the status
         * @param body the body, which belongs to the listener
         */
        void onAnswer(int status, byte[] body);

        /**
         * It has not, and will not.
         *
         * @param what what failed
         * @param cause what was thrown, or null
         */
        void onFailure(String what, @Nullable Throwable cause);
    }

    /**
     * Asks.
     *
     * @param target path and query
     * @param answer told what comes of it
     */
    void get(String target, Answer answer);

    /**
     * Sends text.
     *
     * @param target path and query
     * @param body UTF-8; not to be changed any more
     * @param answer told what comes of it
     */
    void post(String target, byte[] body, Answer answer);

    /** Ends all connections, and the requests on them. */
    void close();
}
