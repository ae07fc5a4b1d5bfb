package io.maru.client;

import io.maru.wire.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server does not let the client into a namespace. The client does not try again by itself. */
public final class ConnectRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What the server says beside its words. */
    private final transient @Nullable Json data;

    ConnectRefusedException(String message, @Nullable Json data) {
        super(message, null, false, false);
        this.data = data;
    }

    /**
     * What the server says about it beside the message.
     *
     * @return any JSON
     */
    public Optional<Json> data() {
        return Optional.ofNullable(data);
    }
}
