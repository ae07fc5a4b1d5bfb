package io.maru.server;

import io.maru.wire.Json;
import io.maru.wire.Payload;
import org.jspecify.annotations.Nullable;

/** An event that has come from a client. Immutable, but for its answer. */
public final class Event {

    private final Socket socket;
    private final String name;
    private final Payload args;
    private final Ack ack;

    Event(Socket socket, String name, Payload args, Ack ack) {
        this.socket = socket;
        this.name = name;
        this.args = args;
        this.ack = ack;
    }

    /**
     * Who sent it.
     *
     * @return the socket
     */
    public Socket socket() {
        return socket;
    }

    /**
     * Its name; for a plain client the {@code type}.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Its arguments, unread. Emitting them passes them on as they came.
     *
     * @return the arguments
     */
    public Payload args() {
        return args;
    }

    /**
     * One argument, unread.
     *
     * @param index from 0
     * @return the value, or null when there are not so many
     */
    public @Nullable Json get(int index) {
        return args.get(index);
    }

    /**
     * One argument as a Java object.
     *
     * @param index from 0
     * @param type what to make of it
     * @param <T> that type
     * @return the object, or null when the argument is JSON's null or there are not so many
     * @throws io.maru.wire.WireException when the argument does not fit the type
     */
    public <T> @Nullable T get(int index, Class<T> type) {
        return args.get(index, type);
    }

    /**
     * A field of the first argument, unread: for a plain client, a field of its message.
     *
     * @param field the field's name
     * @return its value, or null when the first argument is no object or has no such field
     */
    public @Nullable Json field(String field) {
        Json first = args.get(0);
        return first == null ? null : first.get(field);
    }

    /**
     * Its answer, for a client that asked for one.
     *
     * @return the answer to be given
     */
    public Ack ack() {
        return ack;
    }

    /** Its name; arguments are a client's and do not belong into logs. */
    @Override
    public String toString() {
        return name;
    }
}
