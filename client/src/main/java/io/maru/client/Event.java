package io.maru.client;

import io.maru.wire.Json;
import io.maru.wire.Payload;
import org.jspecify.annotations.Nullable;

/** An event that has come from the server, or one that is sent. Immutable, but for its answer. */
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
     * Whose it is.
     *
     * @return the socket
     */
    public Socket socket() {
        return socket;
    }

    /**
     * Its name; of a plain message the {@code type}.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Its arguments, unread. Where a Socket.IO server lets clients come back, the last one is an offset that it has added.
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
     * A field of the first argument, unread: of a plain message, a field of it.
     *
     * @param field the field's name
     * @return its value, or null when the first argument is no object or has no such field
     */
    public @Nullable Json field(String field) {
        Json first = args.get(0);
        return first == null ? null : first.get(field);
    }

    /**
     * Its answer, for a server that asked for one.
     *
     * @return the answer to be given
     */
    public Ack ack() {
        return ack;
    }

    /** Its name; arguments do not belong into logs. */
    @Override
    public String toString() {
        return name;
    }
}
