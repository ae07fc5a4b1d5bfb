package io.maru.conformance.promises;

import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One session of a client in one namespace, of either dialect. It asks and is answered, and hears the event {@code said}
 * with a number and what stands behind it. Where the server keeps sessions it can come back. Asks for any thread; hears on
 * its wire's.
 */
final class Member implements Wire.Ears {

    /** How it speaks, and over what. */
    enum Kind {
        WEBSOCKET,
        POLLING,
        PLAIN
    }

    /** Who hears. */
    interface Listener {
        /**
         * Something was said.
         *
         * @param rest the text of what was said with it: JSON, or base64 of bytes
         */
        void onSaid(int number, String rest);

        /** The session has ended; once. */
        void onEnd();
    }

    private static final Pattern SAID = Pattern.compile("\"said\",(\\d+),(.*)]", Pattern.DOTALL);
    private static final Pattern PLAIN_SAID =
            Pattern.compile("\\{\"type\":\"said\"(,\"offset\":\"[^\"]+\")?,\"args\":\\[(\\d+),(.*)]}", Pattern.DOTALL);
    private static final Pattern CALLBACK = Pattern.compile("\\{\"type\":\"callback\",\"messageId\":(\\d+)(.*)}");

    private final String namespace;
    private final Kind kind;
    private final Listener listener;
    private final CompletableFuture<String> entered = new CompletableFuture<>();
    private final ConcurrentMap<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    // what it comes back to, if the server keeps that; written on the wire's thread
    private volatile @Nullable String pid;
    private volatile @Nullable String offset;
    private volatile boolean recovered;
    private volatile @Nullable Wire wire;
    private volatile boolean over;
    // on the wire's thread: an event whose bytes are to come
    private @Nullable String unfinished;

    private Member(Kind kind, String namespace, Listener listener) {
        this.kind = kind;
        this.namespace = namespace;
        this.listener = listener;
    }

    /** Connects, and enters a namespace. */
    static Member enter(Kind kind, int port, String namespace, Listener listener) throws IOException {
        return new Member(kind, namespace, listener).enter(port, kind);
    }

    /** A member that comes back to the session of this one, which has ended, over a WebSocket. */
    Member comeBack(int port) throws IOException {
        Member next = new Member(kind, namespace, listener);
        next.pid = pid;
        next.offset = offset;
        return next.enter(port, kind == Kind.PLAIN ? kind : Kind.WEBSOCKET);
    }

    private Member enter(int port, Kind over) throws IOException {
        String back =
                pid == null ? "" : "\"pid\":\"" + pid + "\"" + (offset == null ? "" : ",\"offset\":\"" + offset + "\"");
        if (over == Kind.PLAIN) {
            PlainWire plain = new PlainWire(port, namespace, this);
            wire = plain;
            if (!plain.isKept()) {
                return this;
            }
            plain.send("{\"type\":\"session\"" + (back.isEmpty() ? "" : back.replace("\"pid\"", ",\"id\"")) + "}");
        } else {
            Wire engine = over == Kind.POLLING ? EngineWire.polling(port, this) : EngineWire.webSocket(port, this);
            wire = engine;
            engine.send("0" + prefix() + (back.isEmpty() ? "" : '{' + back + '}'));
        }
        entered.orTimeout(30, TimeUnit.SECONDS).join();
        return this;
    }

    /** Whether it has the session that it came back to. */
    boolean isRecovered() {
        return recovered;
    }

    // of packets in a namespace that is not the main one
    private String prefix() {
        return namespace.equals("/") ? "" : namespace + ",";
    }

    /** Asks; fails when the session ends before the answer. */
    CompletableFuture<String> ask(String event, String args) {
        int id = ids.incrementAndGet();
        CompletableFuture<String> answer = new CompletableFuture<>();
        answers.put(id, answer);
        String comma = args.isEmpty() ? "" : ",";
        Wire to = wire;
        if (over || to == null) {
            failAll();
        } else if (kind == Kind.PLAIN) {
            to.send("{\"type\":\"" + event + "\",\"args\":[" + args + "],\"messageId\":" + id + "}");
        } else {
            to.send("2" + prefix() + id + "[\"" + event + "\"" + comma + args + "]");
        }
        return answer;
    }

    void setReading(boolean on) {
        Wire to = wire;
        if (to != null) {
            to.setReading(on);
        }
    }

    /** Whether it could change from polling to WebSocket. */
    boolean mayUpgrade() {
        return wire instanceof EngineWire engine && engine.isPolling();
    }

    void upgrade() throws IOException, InterruptedException {
        if (wire instanceof EngineWire engine) {
            engine.upgrade();
        }
    }

    void cut() {
        Wire to = wire;
        if (to != null) {
            to.cut();
        }
    }

    void close() {
        Wire to = wire;
        if (to != null) {
            to.close();
        }
    }

    boolean isOver() {
        return over;
    }

    @Override
    public void onText(String text) {
        if (kind == Kind.PLAIN) {
            onEnvelope(text);
        } else {
            onPacket(text);
        }
    }

    private void onEnvelope(String text) {
        Matcher said = PLAIN_SAID.matcher(text);
        if (said.matches()) {
            listener.onSaid(Integer.parseInt(said.group(2)), said.group(3));
            String named = said.group(1);
            offset = named == null ? offset : named.substring(11, named.length() - 1);
            return;
        }
        if (text.startsWith("{\"type\":\"session\",")) {
            offset = field(text, "offset");
            entered(field(text, "id"), text);
            return;
        }
        Matcher callback = CALLBACK.matcher(text);
        if (callback.matches()) {
            answer(Integer.parseInt(callback.group(1)), callback.group(2));
        }
    }

    private void onPacket(String text) {
        int json = text.indexOf('[');
        String head = json < 0 ? text : text.substring(0, json);
        switch (text.charAt(0)) {
            case '0' -> entered(field(text, "pid"), text);
            case '2' -> said(text);
            case '5' -> unfinished = text;
            case '3' -> answer(Integer.parseInt(head.substring(1 + prefix().length())), text.substring(json));
            default -> {
                // the namespace is left, or something that these tests do not ask for
            }
        }
    }

    private void entered(@Nullable String now, String text) {
        recovered = now != null && now.equals(pid);
        pid = now;
        entered.complete(text);
    }

    private static @Nullable String field(String text, String name) {
        Matcher field = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(text);
        return field.find() ? field.group(1) : null;
    }

    private void said(String text) {
        Matcher matcher = SAID.matcher(text);
        if (matcher.find()) {
            String rest = matcher.group(2);
            int last = pid == null ? rest.length() : rest.lastIndexOf(',');
            listener.onSaid(Integer.parseInt(matcher.group(1)), rest.substring(0, last));
            offset = pid == null ? null : rest.substring(last + 2, rest.length() - 1);
        }
    }

    @Override
    public void onBinary(byte[] data) {
        String text = unfinished;
        unfinished = null;
        if (text == null) {
            throw new AssertionError("bytes that no packet announced");
        }
        String base64 = Base64.getEncoder().encodeToString(data);
        said(text.replace("{\"_placeholder\":true,\"num\":0}", '"' + base64 + '"'));
    }

    private void answer(int id, String text) {
        CompletableFuture<String> answer = answers.remove(id);
        if (answer == null) {
            throw new AssertionError("an answer that nobody waits for: " + text);
        }
        answer.complete(text);
    }

    @Override
    public void onEnd() {
        boolean first;
        synchronized (this) {
            first = !over;
            over = true;
        }
        if (first) {
            failAll();
            listener.onEnd();
        }
    }

    private void failAll() {
        IOException ended = new IOException("the session has ended");
        entered.completeExceptionally(ended);
        for (Map.Entry<Integer, CompletableFuture<String>> each : answers.entrySet()) {
            answers.remove(each.getKey());
            each.getValue().completeExceptionally(ended);
        }
    }
}
