package io.maru.examples;

import io.maru.server.MaruServer;
import io.maru.server.WebSocket;
import io.maru.server.WebSocket.ReadyState;
import io.maru.server.engine.HttpResponse;
import java.util.Set;

/** Bare WebSockets: texts and bytes, no events and no rooms. */
public final class RawServer {

    private RawServer() {}

    public static void main(String[] args) {
        MaruServer server = MaruServer.create(options -> options.port(3000));
        install(server);
        server.start();
    }

    public static void install(MaruServer server) {
        server.webSocket("/raw", ws -> ws.onMessage(text -> ws.send("Echo: " + text)));

        // the set always holds those that are connected at the moment
        Set<WebSocket> clients = server.webSocket("/mirror", RawServer::open);
        server.http("/mirror/bell", request -> {
            for (WebSocket client : clients) {
                client.send("Ding");
            }
            return HttpResponse.of(200, "text/plain", "Rung for " + clients.size());
        });
    }

    private static void open(WebSocket ws) {
        ws.send("Hello, " + ws.request().remoteAddress());
        ws.onMessage(text -> {
            if (text.equals("bye")) {
                ws.close(1000, "Bye");
            } else if (ws.readyState() == ReadyState.OPEN) { // else nothing would be sent
                ws.send(new StringBuilder(text).reverse().toString());
            }
        });
        ws.onBinary(bytes -> ws.send(bytes.length + " bytes"));
        ws.onClose((status, reason) -> System.out.println("closed: " + status + ' ' + reason));
        ws.onError(error -> ws.close(1011, "Something went wrong")); // what the handlers above throw
    }
}
