package io.maru.examples;

import io.maru.client.MaruClient;
import io.maru.client.Socket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A client of {@link ChatServer}. Only the first line differs between Socket.IO and plain WebSockets. */
public final class ChatClient {

    record Chat(String message) {}

    private ChatClient() {}

    public static void main(String[] args) {
        Socket socket = MaruClient.connect(
                "http://localhost:3000"); // MaruClient.plain("ws://localhost:3000/") for the envelope
        listen(socket);
        say(socket, args.length == 0 ? "Hello" : String.join(" ", args)).join();
        socket.close(); // waits until its threads have ended
    }

    static void listen(Socket socket) {
        socket.onConnect(it -> System.out.println("here"));
        socket.on("chat", Chat.class, chat -> System.out.println(chat.message()));
        socket.emit("join-room", Map.of("roomId", "1"));
    }

    /** Speaks once the server has answered that it is in. */
    static CompletableFuture<Void> say(Socket socket, String message) {
        return socket.emitWithAck("join-room", Map.of("roomId", "1"))
                .thenAccept(answer -> System.out.println(answer.get(0, Map.class)))
                .thenRun(() -> socket.emit("chat", Map.of("roomId", "1", "message", message)));
    }
}
