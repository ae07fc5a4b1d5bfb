package io.maru.conformance;

import io.maru.server.Broadcast;
import io.maru.server.DisconnectReason;
import io.maru.server.Event;
import io.maru.server.Namespace;
import io.maru.server.Socket;
import io.maru.wire.Json;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The events of the lab that Socket.IO clients send, in whatever namespace. */
final class LabEvents {

    private static final Duration FOR_EVER = Duration.ofHours(1);
    private static final List<String> RESERVED =
            List.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");
    private static final String SPECIAL_TEXT = "é€😀\0\n\"\\";

    /** How a tagged socket went away. */
    private record Gone(String reason, List<String> roomsDuring, List<String> roomsAfter) {}

    /** What the middleware for events refuses with. */
    private static final class ForbiddenException extends Exception {
        private static final long serialVersionUID = 1;

        ForbiddenException() {
            super("forbidden event");
        }
    }

    private final Map<String, Gone> goneByTag = new ConcurrentHashMap<>();

    /** Adds all handlers to a socket that has entered. */
    void add(Socket socket) {
        socket.use(LabEvents::check);
        socket.onError(failure -> onError(socket, failure));
        addEchoes(socket);
        addValues(socket);
        addQuestions(socket);
        addSelf(socket);
        addRooms(socket);
        addBroadcasts(socket);
        addEnd(socket);
    }

    private static @Nullable CompletionStage<?> check(Event event) throws ForbiddenException {
        if (event.name().equals("forbidden")) {
            throw new ForbiddenException();
        }
        return null;
    }

    private static void onError(Socket socket, Throwable failure) {
        if (failure instanceof ForbiddenException) {
            socket.emit("refused", failure.getMessage());
        } else {
            throw new IllegalStateException("a handler of the lab failed", failure);
        }
    }

    private static void addEchoes(Socket socket) {
        socket.on("echo", event -> {
            if (event.ack().isWanted()) {
                event.ack().send(event.args());
            } else {
                socket.emit("echo", event.args());
            }
        });
        socket.on("double-ack", event -> {
            event.ack().send("first");
            event.ack().send("second");
        });
        socket.on("no-ack", event -> {});
        socket.on(
                "kinds",
                event -> event.ack()
                        .send(event.args().values().stream()
                                .map(LabEvents::kind)
                                .toList()));
    }

    private static String kind(Json value) {
        byte[] bytes = value.bytes();
        return bytes == null
                ? value.kind().name().toLowerCase(Locale.ROOT)
                : "bytes:" + HexFormat.of().formatHex(bytes);
    }

    private static void addValues(Socket socket) {
        socket.on(
                "types",
                event -> socket.emit(
                        "types",
                        1,
                        -1.5,
                        "s",
                        true,
                        false,
                        null,
                        List.of(),
                        Map.of(),
                        List.of(1, List.of(2)),
                        Json.of("{\"a\":{\"b\":null}}"),
                        SPECIAL_TEXT));
        socket.on("bytes", event -> socket.emit("bytes", (Object) Values.bytes(Values.integer(event, 0))));
        socket.on("mixed", event -> {
            Map<String, @Nullable Object> first = new LinkedHashMap<>();
            first.put("a", new byte[] {1, 2});
            first.put("b", List.of(new byte[] {3}, "x"));
            first.put("n", null);
            socket.emit("mixed", first, new byte[0], "end");
        });
        socket.on("burst", event -> {
            int number = Values.integer(event, 0);
            for (int i = 0; i < number; i++) {
                socket.emit("burst", i);
            }
        });
        socket.on("volatile", event -> {
            int number = Values.integer(event, 0);
            for (int i = 0; i < number; i++) {
                socket.asVolatile().emit("volatile", i);
            }
            socket.emit("volatile-done", number);
        });
    }

    private static void addQuestions(Socket socket) {
        socket.on(
                "ask-me",
                event -> Later.when(
                        socket.timeout(FOR_EVER).request("ask", event.args()), answer -> socket.emit("asked", answer)));
        socket.on("ask-me-within", event -> {
            Duration limit = Duration.ofMillis(Values.integer(event, 0));
            Later.when(
                    socket.timeout(limit)
                            .request("ask", (Object[]) Values.from(1, event.args()))
                            .handle(LabEvents::askedWithin),
                    args -> socket.emit("asked-within", args));
        });
    }

    private static Object[] askedWithin(@Nullable Payload answer, @Nullable Throwable failure) {
        if (answer == null) {
            return new Object[] {"timeout"};
        }
        List<Object> args = new ArrayList<>();
        args.add("ok");
        args.addAll(answer.values());
        return args.toArray();
    }

    private static void addSelf(Socket socket) {
        socket.on("who", event -> {
            Map<String, Object> who = new LinkedHashMap<>();
            who.put("id", socket.id());
            who.put("recovered", socket.isRecovered());
            who.put("connected", socket.isConnected());
            who.put("nsp", socket.namespace().name());
            who.put("runs", socket.data().getOrDefault("runs", 0));
            event.ack().send(who);
        });
        socket.on("handshake", event -> {
            Map<String, String> query = socket.handshake().query();
            query.remove("t");
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("query", query);
            facts.put("auth", socket.handshake().auth());
            facts.put("xdomain", socket.handshake().xdomain());
            facts.put("secure", socket.handshake().secure());
            facts.put("issuedIsNumber", socket.handshake().issued() > 0);
            facts.put("path", socket.handshake().request().path());
            facts.put("custom", socket.handshake().request().headers().get("x-custom"));
            event.ack().send(facts);
        });
        socket.on("reserved", event -> {
            List<String> messages = new ArrayList<>();
            for (String name : RESERVED) {
                try {
                    socket.emit(name);
                } catch (IllegalArgumentException e) {
                    messages.add(Objects.requireNonNullElse(e.getMessage(), ""));
                }
            }
            event.ack().send(messages);
        });
    }

    private static void addRooms(Socket socket) {
        socket.on("join", event -> {
            socket.join(Values.texts(event.get(0)));
            event.ack().send(Values.ownRooms(socket));
        });
        socket.on("leave", event -> {
            Values.texts(event.get(0)).forEach(socket::leave);
            event.ack().send(Values.ownRooms(socket));
        });
        socket.on(
                "rooms",
                event ->
                        event.ack().send(Values.ownRooms(socket), socket.rooms().contains(socket.id())));
        socket.on("count", event -> event.ack().send(socket.namespace().roomSize(requiredText(event, 0))));
    }

    private static void addBroadcasts(Socket socket) {
        Namespace namespace = socket.namespace();
        socket.on("send", event -> {
            Json order = requiredObject(event);
            Broadcast targets = targets(socket, order);
            if (Values.truthy(order.get("volatile"))) {
                targets = targets.asVolatile();
            }
            targets.emit(name(order), args(order));
            event.ack().send("sent");
        });
        socket.on("send-with-ack", event -> {
            Json order = requiredObject(event);
            Json timeout = order.get("timeout");
            Integer millis = timeout == null ? null : timeout.as(Integer.class);
            Duration limit = millis == null ? FOR_EVER : Duration.ofMillis(millis);
            Later.when(targets(socket, order).timeout(limit).request(name(order), args(order)), answers -> {
                List<@Nullable Json> values = new ArrayList<>();
                answers.received().forEach(answer -> values.add(answer.get(0)));
                event.ack().send(answers.complete() ? null : "operation has timed out", values);
            });
        });
        socket.on(
                "sockets-join",
                event -> Later.when(
                        namespace.to(requiredText(event, 0)).socketsJoin(requiredText(event, 1)),
                        done -> event.ack().send("done")));
        socket.on(
                "sockets-leave",
                event -> Later.when(
                        namespace.to(requiredText(event, 0)).socketsLeave(requiredText(event, 1)),
                        done -> event.ack().send("done")));
        socket.on(
                "disconnect-sockets",
                event -> Later.when(
                        namespace.to(requiredText(event, 0)).disconnectSockets(Values.truthy(event.get(1))),
                        done -> event.ack().send("done")));
    }

    private static Broadcast targets(Socket socket, Json order) {
        boolean fromNamespace = "nsp".equals(Values.string(order.get("from")));
        Broadcast all = fromNamespace ? socket.namespace().everyone() : socket.broadcast();
        List<String> rooms = rooms(socket, order.get("to"));
        return (rooms.isEmpty() ? all : all.to(rooms)).except(rooms(socket, order.get("except")));
    }

    private static List<String> rooms(Socket socket, @Nullable Json names) {
        return Values.texts(names).stream()
                .map(name -> name.equals("@me") ? socket.id() : name)
                .toList();
    }

    private static String name(Json order) {
        return Objects.requireNonNullElse(Values.string(order.get("event")), "");
    }

    private static Object[] args(Json order) {
        return Values.elements(order.get("args"));
    }

    private void addEnd(Socket socket) {
        socket.on("kick", event -> socket.disconnect(Values.truthy(event.get(0))));
        socket.on("tag", event -> {
            socket.data().put("tag", requiredText(event, 0));
            event.ack().send("tagged");
        });
        socket.on("reason-of", event -> event.ack().send(goneByTag.get(requiredText(event, 0))));
        socket.onDisconnecting(reason -> socket.data().put("roomsDuring", Values.ownRooms(socket)));
        socket.onDisconnect(reason -> onDisconnect(socket, reason));
    }

    private void onDisconnect(Socket socket, DisconnectReason reason) {
        if (socket.data().get("tag") instanceof String tag
                && socket.data().get("roomsDuring") instanceof List<?> roomsDuring) {
            List<String> during = roomsDuring.stream().map(String::valueOf).toList();
            goneByTag.put(tag, new Gone(reason.text(), during, Values.ownRooms(socket)));
        }
    }

    private static Json requiredObject(Event event) {
        Json value = event.get(0);
        if (value == null || value.kind() != Json.Kind.OBJECT) {
            throw new IllegalArgumentException("event " + event + ": an object expected");
        }
        return value;
    }

    private static String requiredText(Event event, int index) {
        String text = Values.string(event.get(index));
        if (text == null) {
            throw new IllegalArgumentException("event " + event + ": a text expected as argument " + index);
        }
        return text;
    }
}
