package io.maru.server.engine;

/** Takes the sessions that an endpoint opens. */
@FunctionalInterface
public interface SessionAcceptor {

    /**
     * A session has opened; messages may be sent at once.
     *
     * @param session on whose loop this is called; it must not block
     * @return hears all that comes of it
     */
    SessionListener accept(Session session);
}
