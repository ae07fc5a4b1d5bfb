package io.maru.server.engine;

import java.util.Objects;

/**
 * A cookie with the session's id, for load balancers; set by the answer to a handshake over polling.
 *
 * @param name its name
 * @param attributes what stands behind the value, such as {@code Path=/; HttpOnly; SameSite=Lax}
 */
public record SessionCookie(String name, String attributes) {

    /** Refuses null. */
    public SessionCookie {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(attributes, "attributes");
    }

    /**
     * {@code io=<id>; Path=/; HttpOnly; SameSite=Lax}.
     *
     * @return the cookie
     */
    public static SessionCookie standard() {
        return new SessionCookie("io", "Path=/; HttpOnly; SameSite=Lax");
    }

    String header(String id) {
        return name + "=" + id + (attributes.isEmpty() ? "" : "; " + attributes);
    }
}
