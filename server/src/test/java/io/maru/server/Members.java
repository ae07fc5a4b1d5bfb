package io.maru.server;

import static org.awaitility.Awaitility.await;

import java.util.LinkedHashMap;
import java.util.Map;

/** Some clients by name, each in the rooms that a test puts it in. A name with a {@code p} is a plain client's. */
final class Members {

    private final ServerFixture fixture;
    private final Map<String, WireClient> clients = new LinkedHashMap<>();
    private final Map<String, Socket> sockets = new LinkedHashMap<>();

    Members(ServerFixture fixture) {
        this.fixture = fixture;
    }

    /** One more client, in the namespace {@code /}. */
    WireClient add(String name, String... rooms) {
        Namespace namespace = fixture.server().main();
        WireClient client = name.startsWith("p") ? fixture.plain() : fixture.socketIo();
        await().until(() -> namespace.sockets().size() > sockets.size());
        Socket socket = namespace.sockets().values().stream()
                .filter(each -> !sockets.containsValue(each))
                .findFirst()
                .orElseThrow();
        clients.put(name, client);
        sockets.put(name, socket);
        socket.join(rooms);
        if (socket.isPlain()) {
            ServerFixture.fencePlain(client); // its handlers are there
        }
        return client;
    }

    WireClient client(String name) {
        return get(clients, name);
    }

    Socket socket(String name) {
        return get(sockets, name);
    }

    String id(String name) {
        return socket(name).id();
    }

    /** These clients hear the event without arguments once, and the others nothing. */
    void assertOnlyHear(String event, String... names) {
        for (String name : names) {
            client(name).expect(frame(name, event));
        }
        assertSilence();
    }

    /** Nothing has come to anybody but what was expected before. */
    void assertSilence() {
        clients.forEach((name, client) -> {
            if (socket(name).isPlain()) {
                ServerFixture.fencePlain(client);
            } else {
                ServerFixture.fence(client);
            }
        });
    }

    private String frame(String name, String event) {
        return socket(name).isPlain() ? "{\"type\":\"" + event + "\",\"args\":[]}" : "42[\"" + event + "\"]";
    }

    private static <T> T get(Map<String, T> map, String name) {
        T value = map.get(name);
        if (value == null) {
            throw new AssertionError("nobody is called " + name);
        }
        return value;
    }
}
