package io.maru.server.netty;

import io.maru.server.netty.NetworkOptions.Transport;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.Version;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transport that was chosen.
 *
 * @param handlers makes what drives a loop
 * @param listener the channel that accepts
 * @param description what was chosen and why
 */
record Transports(IoHandlerFactory handlers, Class<? extends ServerChannel> listener, String description) {

    /**
     * Chooses.
     *
     * @throws IllegalStateException when what was asked for is not there
     */
    static Transports choose(Transport wanted) {
        if (wanted == Transport.NIO) {
            return nio("asked for");
        }
        String fault = epollFault();
        if (fault == null) {
            return EpollTransport.create(wanted == Transport.EPOLL ? "asked for" : "available");
        }
        if (wanted == Transport.EPOLL) {
            throw new IllegalStateException("transport epoll is not available: " + fault);
        }
        return nio("epoll is not available: " + fault);
    }

    private static Transports nio(String why) {
        return new Transports(NioIoHandler.newFactory(), NioServerSocketChannel.class, "NIO (" + why + ")");
    }

    private static @Nullable String epollFault() {
        String mixed = mixedVersions(Version.identify(Transports.class.getClassLoader()));
        if (mixed != null) {
            return mixed;
        }
        try {
            return EpollTransport.fault();
        } catch (LinkageError e) {
            return "netty-transport-classes-epoll is not on the class path";
        }
    }

    // natives of another version than the classes load well, and fail later
    static @Nullable String mixedVersions(Map<String, Version> versions) {
        Version natives = versions.get("netty-transport-native-epoll");
        if (natives == null) {
            return null;
        }
        for (String artifact : new String[] {"netty-transport-classes-epoll", "netty-transport", "netty-common"}) {
            Version other = versions.get(artifact);
            if (other != null && !other.artifactVersion().equals(natives.artifactVersion())) {
                return "mixed versions of Netty: " + artifact + " " + other.artifactVersion()
                        + ", netty-transport-native-epoll " + natives.artifactVersion();
            }
        }
        return null;
    }
}
