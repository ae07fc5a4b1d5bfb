package io.maru.server.netty;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import org.jspecify.annotations.Nullable;

/** The only class that names epoll's, which are optional: it is not loaded without them. */
final class EpollTransport {

    private EpollTransport() {}

    static @Nullable String fault() {
        return Epoll.isAvailable() ? null : String.valueOf(Transports.rootOf(Epoll.unavailabilityCause()));
    }

    static Transports.Kind kind() {
        return new Transports.Kind(
                EpollIoHandler.newFactory(),
                EpollServerSocketChannel.class,
                new Transports.Unix(EpollServerDomainSocketChannel.class, DomainSocketAddress::new),
                bootstrap -> {});
    }
}
