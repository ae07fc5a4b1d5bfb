package io.maru.client.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A network in memory: what a client asks is kept, and the test answers. */
public final class FakeNetwork implements Network {

    public final List<FakeWebSocket> webSockets = new ArrayList<>();
    public final List<FakeRequest> requests = new ArrayList<>();
    public int closedCalls;

    /** A request that waits for its answer. */
    public static final class FakeRequest {
        public final String method;
        public final String target;
        public final String body;
        private final HttpCalls.Answer answer;
        public boolean answered;

        FakeRequest(String method, String target, String body, HttpCalls.Answer answer) {
            this.method = method;
            this.target = target;
            this.body = body;
            this.answer = answer;
        }

        public void answer(int status, String text) {
            answered = true;
            answer.onAnswer(status, text.getBytes(StandardCharsets.UTF_8));
        }

        public void answer(byte[] body) {
            answered = true;
            answer.onAnswer(200, body);
        }

        public void fail() {
            answered = true;
            answer.onFailure("the connection was closed", null);
        }

        @Override
        public String toString() {
            return method + " " + target + (body.isEmpty() ? "" : " " + body);
        }
    }

    /** A WebSocket that the client has opened. */
    public static final class FakeWebSocket implements WebSocketChannel {
        public final String target;
        public final List<String> subprotocols;
        public final WebSocketListener listener;
        public final List<String> sent = new ArrayList<>();
        public boolean writable = true;
        public long buffered;
        public boolean reading = true;
        public boolean aborted;
        public int closed = -1;

        FakeWebSocket(String target, List<String> subprotocols, WebSocketListener listener) {
            this.target = target;
            this.subprotocols = subprotocols;
            this.listener = listener;
        }

        /** What was sent since the last call. */
        public List<String> takeSent() {
            List<String> taken = List.copyOf(sent);
            sent.clear();
            return taken;
        }

        public void text(String text) {
            listener.onFrame();
            listener.onText(text.getBytes(StandardCharsets.UTF_8));
        }

        public void binary(int... bytes) {
            byte[] data = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                data[i] = (byte) bytes[i];
            }
            listener.onFrame();
            listener.onBinary(data);
        }

        /** The connection is cut. */
        public void cut() {
            listener.onEnd(Ending.of(CloseReason.TRANSPORT_CLOSE, "the connection was closed"));
        }

        @Override
        public void sendText(byte[] utf8) {
            sent.add(new String(utf8, StandardCharsets.UTF_8));
        }

        @Override
        public void sendBinary(byte[] data) {
            sent.add("<" + HexFormat.of().formatHex(data) + ">");
        }

        @Override
        public void sendPing() {
            sent.add("PING");
        }

        @Override
        public boolean isWritable() {
            return writable;
        }

        @Override
        public long bufferedBytes() {
            return buffered;
        }

        @Override
        public void setReading(boolean on) {
            reading = on;
        }

        @Override
        public void close(int code) {
            closed = code;
        }

        @Override
        public void abort() {
            aborted = true;
        }
    }

    @Override
    public WebSocketChannel webSocket(String target, List<String> subprotocols, WebSocketListener listener) {
        FakeWebSocket webSocket = new FakeWebSocket(target, subprotocols, listener);
        webSockets.add(webSocket);
        return webSocket;
    }

    @Override
    public HttpCalls http() {
        return new HttpCalls() {
            @Override
            public void get(String target, Answer answer) {
                requests.add(new FakeRequest("GET", target, "", answer));
            }

            @Override
            public void post(String target, byte[] body, Answer answer) {
                requests.add(new FakeRequest("POST", target, new String(body, StandardCharsets.UTF_8), answer));
            }

            @Override
            public void close() {
                closedCalls++;
            }
        };
    }

    /** The WebSocket that was opened last. */
    public FakeWebSocket webSocket() {
        return webSockets.get(webSockets.size() - 1);
    }

    /** The last request by this method that has no answer. */
    public @Nullable FakeRequest open(String method) {
        for (int i = requests.size() - 1; i >= 0; i--) {
            FakeRequest request = requests.get(i);
            if (!request.answered && request.method.equals(method)) {
                return request;
            }
        }
        return null;
    }

    /** The last request by this method that has no answer, which must be there. */
    public FakeRequest request(String method) {
        FakeRequest request = open(method);
        if (request == null) {
            throw new AssertionError("no " + method + " is open: " + requests);
        }
        return request;
    }
}
