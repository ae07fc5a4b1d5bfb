package io.maru.conformance.clients;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.json.JSONObject;

/** A client of the rooms server, of any kind. When its connection is lost it comes back by itself, into no room. */
interface Member extends AutoCloseable {

    /** Hears what happens to a member, on any thread. */
    interface Listener {
        /** It is connected, for the nth time. */
        void onUp(int session);

        void onChat(int session, JSONObject message);
    }

    /** Sends a request. The answer is null when there will be none. */
    CompletableFuture<JSONObject> request(String type, Map<String, ?> fields);

    /** Finds out whether the connection is still there, where its library does not tell by itself. */
    default void nudge() {}

    /** Closes the connection for good. */
    @Override
    void close();
}
