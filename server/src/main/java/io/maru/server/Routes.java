package io.maru.server;

import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.HttpRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who answers which path: exact paths first, then the longest prefix. Requests for WebSockets and other requests have
 * routes of their own, so that a page and a WebSocket can share a path. Safe for any thread.
 */
final class Routes {

    private final Map<String, HttpEndpoint> requests = new ConcurrentHashMap<>();
    private final Map<String, HttpEndpoint> upgrades = new ConcurrentHashMap<>();

    /** A path that ends with a slash stands for all that begin with it, others for themselves. */
    void addRequests(String path, HttpEndpoint endpoint) {
        add(requests, path, endpoint);
    }

    void addUpgrades(String path, HttpEndpoint endpoint) {
        add(upgrades, path, endpoint);
    }

    private static void add(Map<String, HttpEndpoint> routes, String path, HttpEndpoint endpoint) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path that begins with a slash expected: " + path);
        }
        if (routes.putIfAbsent(path, endpoint) != null) {
            throw new IllegalArgumentException("something answers this path already: " + path);
        }
    }

    @Nullable HttpEndpoint find(HttpRequest request) {
        boolean upgrade = "websocket".equalsIgnoreCase(request.headers().get("upgrade"));
        Map<String, HttpEndpoint> routes = upgrade ? upgrades : requests;
        String path = request.path();
        HttpEndpoint exact = routes.get(path);
        if (exact != null) {
            return exact;
        }
        for (int slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
            HttpEndpoint prefix = routes.get(path.substring(0, slash + 1));
            if (prefix != null) {
                return prefix;
            }
        }
        return null;
    }
}
