package io.maru.peers;

import com.corundumstudio.socketio.AckRequest;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketConfig;
import com.corundumstudio.socketio.SocketIOServer;
import java.util.Map;

/**
 * The application on netty-socketio, on NIO or on its native epoll.
 *
 * <p>Fair: compression is off, as for all; nothing is logged; its default store is in memory; handlers run on its event
 * loops, which it has no other way of. Arguments are bound to a map, the cheapest that its API takes: it has no way to pass
 * on the text that came, or to encode a broadcast once for all, so it writes the JSON anew for each receiver.
 */
public final class NettySocketIo {

    private static final Class<Map<String, String>> MESSAGE = mapType();

    private NettySocketIo() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.read(args);
        SocketConfig sockets = new SocketConfig();
        sockets.setTcpNoDelay(true);
        sockets.setReuseAddress(true);
        sockets.setAcceptBackLog(4096);

        Configuration configuration = new Configuration();
        configuration.setHostname("127.0.0.1");
        configuration.setPort(arguments.port());
        configuration.setBossThreads(1);
        configuration.setWorkerThreads(arguments.loops());
        configuration.setUseLinuxNativeEpoll(arguments.transport().equals("epoll"));
        configuration.setWebsocketCompression(false);
        configuration.setHttpCompression(false);
        configuration.setSocketConfig(sockets);

        SocketIOServer server = new SocketIOServer(configuration);
        server.addEventListener("join-room", MESSAGE, (client, message, ack) -> {
            client.joinRoom(message.get("roomId"));
            answer(ack);
        });
        server.addEventListener(
                "chat",
                MESSAGE,
                (client, message, ack) ->
                        server.getRoomOperations(message.get("roomId")).sendEvent("chat", client, message));
        server.addEventListener("echo", MESSAGE, (client, message, ack) -> client.sendEvent("echo", message));
        server.addEventListener("ack", MESSAGE, (client, message, ack) -> answer(ack));
        server.start();
    }

    private static void answer(AckRequest ack) {
        if (ack.isAckRequested()) {
            ack.sendAckData();
        }
    }

    // the library asks for a class, and a map with types has none
    @SuppressWarnings("unchecked")
    private static Class<Map<String, String>> mapType() {
        return (Class<Map<String, String>>) (Class<?>) Map.class;
    }
}
