package io.maru.server.netty;

import io.maru.server.netty.NetworkOptions.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.Version;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A transport that was chosen.
 *
 * @param group the loops
 * @param listener the channel that accepts
 * @param unix how it listens on a Unix domain socket
 * @param settings what it wants of the channels
 * @param description what was chosen and why
 */
record Transports(
        EventLoopGroup group,
        Class<? extends ServerChannel> listener,
        Unix unix,
        Consumer<ServerBootstrap> settings,
        String description) {

    /** The channel that accepts on a Unix domain socket, and its address by path. */
    record Unix(Class<? extends ServerChannel> listener, Function<String, SocketAddress> address) {}

    /** What a transport is made of. */
    record Kind(
            IoHandlerFactory handlers,
            Class<? extends ServerChannel> listener,
            Unix unix,
            Consumer<ServerBootstrap> settings) {}

    /** A transport that needs a native library. */
    private record Native(Transport transport, String name, Supplier<@Nullable String> fault, Supplier<Kind> kind) {}

    /** From the best on. Lambdas, which load their classes not before they are called. */
    private static final List<Native> NATIVES = List.of(
            new Native(Transport.IO_URING, "io_uring", () -> IoUringTransport.fault(), () -> IoUringTransport.kind()),
            new Native(Transport.EPOLL, "epoll", () -> EpollTransport.fault(), () -> EpollTransport.kind()));

    /**
     * Chooses, and makes the loops, whose threads are not started yet.
     *
     * @throws IllegalStateException when what was asked for is not there
     */
    static Transports open(Transport wanted, int loops, ThreadFactory threads) {
        List<String> faults = new ArrayList<>();
        for (Native candidate : NATIVES) {
            if (wanted != Transport.AUTO && wanted != candidate.transport()) {
                continue;
            }
            String fault = fault(candidate);
            if (fault == null) {
                try {
                    return open(candidate.kind().get(), candidate.name(), wanted, faults, loops, threads);
                } catch (RuntimeException
                        | LinkageError e) { // the system lets one ring be made, perhaps, but not these
                    fault = String.valueOf(rootOf(e));
                }
            }
            faults.add(candidate.name() + " is not available: " + fault);
        }
        if (wanted != Transport.AUTO && wanted != Transport.NIO) {
            throw new IllegalStateException("transport " + faults.get(0));
        }
        Unix unix = new Unix(NioServerDomainSocketChannel.class, UnixDomainSocketAddress::of);
        Kind nio = new Kind(NioIoHandler.newFactory(), NioServerSocketChannel.class, unix, bootstrap -> {});
        return open(nio, "NIO", wanted, faults, loops, threads);
    }

    private static Transports open(
            Kind kind, String name, Transport wanted, List<String> faults, int loops, ThreadFactory threads) {
        String why =
                wanted != Transport.AUTO ? "asked for" : faults.isEmpty() ? "available" : String.join("; ", faults);
        return new Transports(
                new LoopGroup(loops, threads, kind.handlers()),
                kind.listener(),
                kind.unix(),
                kind.settings(),
                name + " (" + why + ")");
    }

    private static @Nullable String fault(Native candidate) {
        String mixed = mixedVersions(candidate.name(), Version.identify(Transports.class.getClassLoader()));
        if (mixed != null) {
            return mixed;
        }
        try {
            return candidate.fault().get();
        } catch (LinkageError e) {
            return "netty-transport-classes-" + candidate.name() + " is not on the class path";
        }
    }

    /** Where a failure began. */
    static @Nullable Throwable rootOf(@Nullable Throwable failure) {
        Throwable root = failure;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    // natives of another version than the classes load well, and fail later
    static @Nullable String mixedVersions(String artifact, Map<String, Version> versions) {
        String nativeName = "netty-transport-native-" + artifact;
        Version natives = versions.get(nativeName);
        if (natives == null) {
            return null;
        }
        String[] others = {
            "netty-transport-classes-" + artifact,
            "netty-transport-native-unix-common",
            "netty-transport",
            "netty-common"
        };
        for (String name : others) {
            Version other = versions.get(name);
            if (other != null && !other.artifactVersion().equals(natives.artifactVersion())) {
                return "mixed versions of Netty: " + name + " " + other.artifactVersion() + ", " + nativeName + " "
                        + natives.artifactVersion();
            }
        }
        return null;
    }
}
