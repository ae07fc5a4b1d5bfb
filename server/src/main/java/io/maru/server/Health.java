package io.maru.server;

import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;

/**
 * Where a server is in its life, and whether clients should be sent to it. Safe for any thread. Over HTTP: {@link
 * ServerOptions.Builder#health}.
 */
public final class Health {

    /** Where a server is in its life; it only goes forward. */
    public enum State {
        /** It was made, and does not listen yet. */
        CREATED,
        /** It is about to listen. */
        STARTING,
        /** It lets clients in. */
        RUNNING,
        /** It sends its clients away, one after the other: {@link MaruServer#stop(Drain)}. */
        DRAINING,
        /** It ends. */
        STOPPING,
        /** It has ended. */
        STOPPED
    }

    // they stand in the answer as they are
    private static final Pattern CHECK_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int MAX_CHECKS = 100;

    private final AtomicReference<State> state = new AtomicReference<>(State.CREATED);
    private final Map<String, BooleanSupplier> checks = new ConcurrentHashMap<>();
    private final IntSupplier clients;
    private final Consumer<Throwable> errors;

    Health(IntSupplier clients, Consumer<Throwable> errors) {
        this.clients = clients;
        this.errors = errors;
    }

    /**
     * Where it is in its life.
     *
     * @return the state
     */
    public State state() {
        return state.get();
    }

    /**
     * Whether clients should be sent to it: it lets them in, and all checks say yes.
     *
     * @return false before the start, and from the wish to stop on
     */
    public boolean isReady() {
        return state() == State.RUNNING && !checks().containsValue(false);
    }

    /**
     * Makes readiness depend on something of the application's, such as its database.
     *
     * @param name a name to be read by operators: letters, digits, dots, dashes, underscores; 64 at most. It replaces a check
     *     of this name
     * @param check asked each time that somebody wants to know, on that thread; a worker, where it is asked over HTTP. What it
     *     throws is reported, and means no
     * @return this
     * @throws IllegalArgumentException for another name, or the hundred and first check
     */
    public Health readyWhen(String name, BooleanSupplier check) {
        Objects.requireNonNull(check, "check");
        if (!CHECK_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a name of letters, digits, dots, dashes and underscores expected: " + name);
        }
        if (checks.size() >= MAX_CHECKS && !checks.containsKey(name)) {
            throw new IllegalArgumentException("at most " + MAX_CHECKS + " checks: " + name);
        }
        checks.put(name, check);
        return this;
    }

    /**
     * What the checks say.
     *
     * @return the answers of this moment, by name
     */
    public Map<String, Boolean> checks() {
        Map<String, Boolean> answers = new TreeMap<>();
        checks.forEach((name, check) -> {
            boolean answer = false;
            try {
                answer = check.getAsBoolean();
            } catch (RuntimeException | Error e) {
                errors.accept(e);
            }
            answers.put(name, answer);
        });
        return answers;
    }

    /** Goes forward; false when it is there, or further, already. */
    boolean reach(State next) {
        State before = state.getAndUpdate(now -> now.compareTo(next) < 0 ? next : now);
        return before.compareTo(next) < 0;
    }

    /** Answers over HTTP, where the options say so. */
    void serve(MaruServer server) {
        String path = server.options().operations().healthPath();
        if (path != null) {
            server.http(path, this::ready);
            server.http(path + "/ready", this::ready);
            server.http(path + "/live", Health::live);
        }
    }

    /** Answers whether the process should be let live: yes, as long as it answers. */
    private static HttpResponse live(HttpRequest request) {
        return answer(request, 200, "{\"status\":\"live\"}");
    }

    /** Answers whether clients should be sent here. */
    private HttpResponse ready(HttpRequest request) {
        State now = state();
        Map<String, Boolean> answers = checks();
        boolean unfit = answers.containsValue(false);
        String status = now != State.RUNNING ? now.name().toLowerCase(Locale.ROOT) : unfit ? "not ready" : "ready";
        StringBuilder json = new StringBuilder("{\"status\":\"").append(status);
        json.append("\",\"clients\":").append(clients.getAsInt());
        if (!answers.isEmpty()) {
            String separator = ",\"checks\":{";
            for (Map.Entry<String, Boolean> check : answers.entrySet()) {
                json.append(separator)
                        .append('"')
                        .append(check.getKey())
                        .append("\":")
                        .append(check.getValue());
                separator = ",";
            }
            json.append('}');
        }
        return answer(
                request,
                now == State.RUNNING && !unfit ? 200 : 503,
                json.append('}').toString());
    }

    private static HttpResponse answer(HttpRequest request, int status, String json) {
        ResponseHeaders headers = new ResponseHeaders().add("Cache-Control", "no-store");
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return new HttpResponse(405, headers.add("Allow", "GET, HEAD"), new byte[0]);
        }
        headers.add("Content-Type", "application/json");
        return new HttpResponse(status, headers, json.getBytes(StandardCharsets.UTF_8));
    }
}
