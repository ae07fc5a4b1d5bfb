package io.maru.server.netty;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The only class that names io_uring's, which are optional: it is not loaded without them.
 *
 * <p>What comes is read into buffers of a ring that all connections of a loop share: an idle connection holds none.
 */
final class IoUringTransport {

    private static final short BUFFER_GROUP = 1;
    private static final short BUFFERS = 1024;
    private static final int BATCH = 256;
    private static final int BUFFER_SIZE = 2048;

    private IoUringTransport() {}

    static @Nullable String fault() {
        if (!IoUring.isAvailable()) {
            return String.valueOf(Transports.rootOf(IoUring.unavailabilityCause()));
        }
        // the kernels that have it have what makes the rest fast and sound, too
        return IoUring.isRegisterBufferRingSupported() ? null : "the kernel has no rings of buffers";
    }

    static Transports.Kind kind() {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        config.setBufferRingConfig(IoUringBufferRingConfig.builder()
                .bufferGroupId(BUFFER_GROUP)
                .bufferRingSize(BUFFERS)
                .batchSize(BATCH)
                .allocator(new IoUringFixedBufferRingAllocator(BUFFER_SIZE))
                .build());
        return new Transports.Kind(
                IoUringIoHandler.newFactory(config),
                IoUringServerSocketChannel.class,
                new Transports.Unix(IoUringServerDomainSocketChannel.class, DomainSocketAddress::new),
                bootstrap -> bootstrap
                        .childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP)
                        // the sizes are the ring's, so nothing has to be guessed for each connection
                        .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(BUFFER_SIZE)));
    }
}
