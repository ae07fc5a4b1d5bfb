package io.maru.server.netty;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import org.jspecify.annotations.Nullable;

/** The only class that names epoll's, which are optional: it is not loaded without them. */
final class EpollTransport {

    private EpollTransport() {}

    static @Nullable String fault() {
        if (Epoll.isAvailable()) {
            return null;
        }
        Throwable cause = Epoll.unavailabilityCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause);
    }

    static Transports create(String why) {
        return new Transports(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, "epoll (" + why + ")");
    }
}
