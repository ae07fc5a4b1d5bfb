package io.maru.examples;

import io.maru.server.MaruServer;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/**
 * The rooms of {@link ChatServer} and three pages that meet there: with maru.js, with the browser's own {@code WebSocket}, and with
 * Socket.IO's client.
 */
public final class PagesServer {

    private static final Set<String> PAGES = Set.of("/maru.html", "/websocket.html", "/socketio.html");

    private PagesServer() {}

    public static void main(String[] args) {
        MaruServer server = MaruServer.create(options -> options.port(3000));
        install(server);
        server.start();
        System.out.println("http://localhost:3000/maru.html, /websocket.html, /socketio.html");
    }

    public static void install(MaruServer server) {
        ChatServer.install(server);
        for (String page : PAGES) {
            server.http(page, PagesServer::serve);
        }
    }

    private static HttpResponse serve(HttpRequest request) throws IOException {
        try (InputStream page = PagesServer.class.getResourceAsStream("/pages" + request.path())) {
            if (page == null) {
                return HttpResponse.of(404);
            }
            return HttpResponse.of(200, "text/html; charset=utf-8", page.readAllBytes());
        }
    }
}
