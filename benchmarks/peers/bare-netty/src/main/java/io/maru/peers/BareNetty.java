package io.maru.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.util.List;

/**
 * The application on Netty and nothing else, on NIO, epoll or io_uring: what a server on Netty could cost at the least.
 *
 * <p>More than fair: it does what the measurement needs and no more. One handler reads and makes WebSocket frames, finds
 * the three fields it needs in the bytes that came, and passes these bytes on. It checks no UTF-8 and no JSON, sends no
 * heartbeats, and has a room for each dialect, so nothing is ever written in another one.
 */
public final class BareNetty {

    private static final short RING = 1;

    private BareNetty() {}

    public static void main(String[] args) throws InterruptedException {
        Arguments arguments = Arguments.read(args);
        boolean ring = arguments.transport().equals("io_uring") && IoUring.isRegisterBufferRingSupported();
        IoHandlerFactory io = switch (arguments.transport()) {
            case "nio" -> NioIoHandler.newFactory();
            case "epoll" -> EpollIoHandler.newFactory();
            case "io_uring" -> IoUringIoHandler.newFactory(ring ? withRing() : new IoUringIoHandlerConfig());
            default -> throw new IllegalArgumentException("nio, epoll or io_uring expected");
        };
        Class<? extends ServerChannel> channel = switch (arguments.transport()) {
            case "epoll" -> EpollServerSocketChannel.class;
            case "io_uring" -> IoUringServerSocketChannel.class;
            default -> NioServerSocketChannel.class;
        };
        EventLoopGroup workers = new MultiThreadIoEventLoopGroup(arguments.loops(), io);
        EventLoopGroup acceptor = arguments.loops() == 1 ? workers : new MultiThreadIoEventLoopGroup(1, io);
        List<Loop> loops = Loop.all(workers);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(acceptor, workers)
                .channel(channel)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 20, 4 << 20))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection.pipeline().addLast(new Connection(Loop.of(connection.eventLoop(), loops)));
                    }
                });
        if (ring) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, RING);
        }
        bootstrap.bind("127.0.0.1", arguments.port()).sync();
    }

    private static IoUringIoHandlerConfig withRing() {
        return new IoUringIoHandlerConfig()
                .setBufferRingConfig(IoUringBufferRingConfig.builder()
                        .bufferGroupId(RING)
                        .bufferRingSize((short) 1024)
                        .batchSize(256)
                        .allocator(new IoUringFixedBufferRingAllocator(2048))
                        .build());
    }
}
