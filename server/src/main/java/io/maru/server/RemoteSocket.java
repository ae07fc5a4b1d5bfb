package io.maru.server;

import io.maru.wire.Payload;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Broadcast#fetchSockets()} tells of a socket: how it was at that moment. What is done to it reaches the
 * socket itself.
 */
public final class RemoteSocket {

    private final Socket socket;
    private final Set<String> rooms;
    private final Map<String, Object> data;

    RemoteSocket(Socket socket, Set<String> rooms, Map<String, Object> data) {
        this.socket = socket;
        this.rooms = Set.copyOf(rooms);
        this.data = data;
    }

    /**
     * The socket's id.
     *
     * @return 20 characters
     */
    public String id() {
        return socket.id();
    }

    /**
     * The facts of its arrival.
     *
     * @return the handshake
     */
    public Handshake handshake() {
        return socket.handshake();
    }

    /**
     * The rooms that it was in, the room of its own id among them.
     *
     * @return their names
     */
    public Set<String> rooms() {
        return rooms;
    }

    /**
     * What the application kept about it.
     *
     * @return a copy of that moment
     */
    public Map<String, Object> data() {
        return data;
    }

    /**
     * Sends it an event.
     *
     * @param event its name
     * @param args its arguments
     */
    public void emit(String event, @Nullable Object... args) {
        socket.emit(event, args);
    }

    /**
     * Sends it an event with arguments that have come from elsewhere, unread.
     *
     * @param event its name
     * @param args its arguments
     */
    public void emit(String event, Payload args) {
        socket.emit(event, args);
    }

    /**
     * Lets it join rooms.
     *
     * @param names the rooms
     */
    public void join(Collection<String> names) {
        socket.join(names);
    }

    /**
     * Lets it leave a room.
     *
     * @param room the room
     */
    public void leave(String room) {
        socket.leave(room);
    }

    /**
     * Sends it away.
     *
     * @param close whether the connection is closed
     * @see Socket#disconnect(boolean)
     */
    public void disconnect(boolean close) {
        socket.disconnect(close);
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
