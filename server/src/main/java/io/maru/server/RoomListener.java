package io.maru.server;

/**
 * Hears how rooms come and go. The events of one room come in the order in which they happened, one at a time, on a
 * worker.
 */
public interface RoomListener {

    /**
     * A room has its first member.
     *
     * @param room its name
     */
    default void onCreate(String room) {}

    /**
     * A socket has joined.
     *
     * @param room the room's name
     * @param socketId the socket's id
     */
    default void onJoin(String room, String socketId) {}

    /**
     * A socket has left.
     *
     * @param room the room's name
     * @param socketId the socket's id
     */
    default void onLeave(String room, String socketId) {}

    /**
     * A room has lost its last member.
     *
     * @param room its name
     */
    default void onDelete(String room) {}
}
