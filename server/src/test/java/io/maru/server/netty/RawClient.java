package io.maru.server.netty;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client that knows nothing but bytes. */
final class RawClient implements Closeable {

    /** The key and its answer of RFC 6455, section 1.3. */
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Answer(int status, String reason, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        @Nullable String header(String name) {
            return headers.get(name);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int first, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int status() {
            return payload.length == 0 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawClient(int port) throws IOException {
        this(connect(port, 0));
    }

    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    static Socket connect(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    static RawClient webSocket(int port, String path) throws IOException {
        RawClient client = new RawClient(port);
        client.upgrade(path);
        return client;
    }

    void upgrade(String path) throws IOException {
        send(handshake(path));
        Answer answer = readAnswer();
        if (answer.status() != 101) {
            throw new IOException("refused: " + answer.status() + " " + answer.text());
        }
    }

    static String handshake(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Key: " + KEY + "\r\nSec-WebSocket-Version: 13\r\n\r\n";
    }

    void send(String latin1) throws IOException {
        send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void get(String path, String... headers) throws IOException {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: a\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        send(request.append("\r\n").toString());
    }

    void text(String text) throws IOException {
        send(frame(0x81, text.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(first);
        if (payload.length < 126) {
            bytes.write(0x80 | payload.length);
        } else if (payload.length <= 0xffff) {
            bytes.write(0x80 | 126);
            bytes.write(payload.length >> 8);
            bytes.write(payload.length);
        } else {
            bytes.write(0x80 | 127);
            bytes.writeBytes(new byte[4]);
            for (int shift = 24; shift >= 0; shift -= 8) {
                bytes.write(payload.length >> shift);
            }
        }
        byte[] mask = {0x37, (byte) 0xfa, 0x21, 0x3d};
        bytes.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            bytes.write(payload[i] ^ mask[i & 3]);
        }
        return bytes.toByteArray();
    }

    Answer readAnswer() throws IOException {
        return readAnswer(true);
    }

    Answer readAnswer(boolean withBody) throws IOException {
        String[] status = readLine().split(" ", 3);
        if (!status[0].equals("HTTP/1.1")) {
            throw new IOException("no answer of HTTP/1.1: " + status[0]);
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(": ");
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 2),
                    (a, b) -> a + ", " + b);
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Answer(Integer.parseInt(status[1]), status[2], headers, withBody ? readBytes(length) : new byte[0]);
    }

    Frame readFrame() throws IOException {
        int first = readByte();
        int length = readByte();
        if (length == 126) {
            length = readByte() << 8 | readByte();
        } else if (length == 127) {
            readBytes(4);
            length = readByte() << 24 | readByte() << 16 | readByte() << 8 | readByte();
        }
        return new Frame(first, readBytes(length));
    }

    /** Whether the server has ended the connection, with nothing left to read. */
    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    /** Reads until the connection ends, in whatever way; fails when it goes on. */
    void readToTheEnd() throws IOException {
        try {
            in.readAllBytes();
        } catch (SocketException e) {
            // a reset is an end too
        }
    }

    byte[] readBytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("ended after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private int readByte() throws IOException {
        return readBytes(1)[0] & 0xff;
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = readByte(); b != '\n'; b = readByte()) {
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    Socket socket() {
        return socket;
    }

    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
