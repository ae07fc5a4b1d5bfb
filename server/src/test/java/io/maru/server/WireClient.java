package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A WebSocket client that knows nothing but frames, so that what goes over the wire stands in the tests. It reads when it
 * is asked to and not before. Not for several threads.
 */
final class WireClient implements Closeable {

    /** What {@link #closed()} gives when there was no close frame. */
    static final int CUT = 1006;

    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Frame(int opcode, byte[] data) {
        String text() {
            return new String(data, StandardCharsets.UTF_8);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private String head = "";
    private String id = "";

    private WireClient(int port) throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) ServerFixture.PATIENCE.toMillis());
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    /** Opens a WebSocket. */
    static WireClient open(int port, String target, String... headers) {
        WireClient client = request(port, target, headers);
        assertThat(client.head).startsWith("HTTP/1.1 101 ");
        return client;
    }

    /** Asks for a WebSocket, and takes whatever the answer is: see {@link #head()}. */
    static WireClient request(int port, String target, String... headers) {
        try {
            WireClient client = new WireClient(port);
            StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                    + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            client.out.write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            client.head = client.readHead();
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readHead() throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.length() < 4 || !read.substring(read.length() - 4).equals("\r\n\r\n")) {
            read.append((char) in.readUnsignedByte());
        }
        return read.toString();
    }

    /** Status line and headers of the answer to the handshake. */
    String head() {
        return head;
    }

    /** How long it waits for what it is to read. */
    WireClient patience(Duration time) {
        try {
            socket.setSoTimeout((int) time.toMillis());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The socket's id, where a fixture has noted it. */
    String id() {
        return id;
    }

    WireClient id(String value) {
        id = value;
        return this;
    }

    WireClient send(String... texts) {
        for (String text : texts) {
            frame(0x80 | TEXT, text.getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    WireClient send(byte[] data) {
        return frame(0x80 | BINARY, data);
    }

    WireClient ping(byte[] data) {
        return frame(0x80 | PING, data);
    }

    /** Sends a close frame. */
    WireClient sendClose(int status) {
        return frame(0x80 | CLOSE, new byte[] {(byte) (status >>> 8), (byte) status});
    }

    /** Sends a frame; the first byte has the flags and the opcode. */
    WireClient frame(int first, byte[] data) {
        try {
            out.write(frameOf(first, data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Sends many texts at once: nothing of one's own slows them down. */
    WireClient sendAll(List<String> texts) {
        int length = 0;
        List<byte[]> frames = new ArrayList<>(texts.size());
        for (String text : texts) {
            byte[] frame = frameOf(0x80 | TEXT, text.getBytes(StandardCharsets.UTF_8));
            frames.add(frame);
            length += frame.length;
        }
        byte[] all = new byte[length];
        int i = 0;
        for (byte[] frame : frames) {
            System.arraycopy(frame, 0, all, i, frame.length);
            i += frame.length;
        }
        try {
            out.write(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    // masked by zeros, which changes nothing
    static byte[] frameOf(int first, byte[] data) {
        int header = data.length < 126 ? 2 : data.length <= 0xffff ? 4 : 10;
        byte[] frame = new byte[header + 4 + data.length];
        frame[0] = (byte) first;
        if (header == 2) {
            frame[1] = (byte) (0x80 | data.length);
        } else if (header == 4) {
            frame[1] = (byte) (0x80 | 126);
            frame[2] = (byte) (data.length >>> 8);
            frame[3] = (byte) data.length;
        } else {
            frame[1] = (byte) (0x80 | 127);
            for (int i = 0; i < 4; i++) {
                frame[6 + i] = (byte) (data.length >>> (24 - 8 * i));
            }
        }
        System.arraycopy(data, 0, frame, header + 4, data.length);
        return frame;
    }

    /** The next message, which must be a text. */
    String text() {
        Frame frame = next();
        assertThat(frame.opcode).as("the opcode of %s", frame.text()).isEqualTo(TEXT);
        return frame.text();
    }

    /** The next message, which must be binary. */
    byte[] bytes() {
        Frame frame = next();
        assertThat(frame.opcode).as("the opcode of %s", frame.text()).isEqualTo(BINARY);
        return frame.data;
    }

    /** The next messages must be these. */
    WireClient expect(String... texts) {
        for (String text : texts) {
            assertThat(text()).isEqualTo(text);
        }
        return this;
    }

    /** The next messages must be these, in any order. */
    WireClient expectAnyOrder(String... texts) {
        List<String> got = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            got.add(text());
        }
        assertThat(got).containsExactlyInAnyOrder(texts);
        return this;
    }

    /** The next frame must be a pong with these bytes. */
    WireClient expectPong(byte[] data) {
        Frame frame = read();
        assertThat(frame.opcode).isEqualTo(PONG);
        assertThat(frame.data).isEqualTo(data);
        return this;
    }

    /** The next frame must be a ping; gives its bytes. */
    byte[] expectPing() {
        Frame frame = read();
        assertThat(frame.opcode).as("the opcode of %s", frame.text()).isEqualTo(PING);
        return frame.data;
    }

    /** The server must end the connection now: the status of its close frame, 1005 when it has none. */
    int closed() {
        return closeFrame().status;
    }

    /** How the server closed. */
    record Closed(int status, String reason) {}

    Closed closeFrame() {
        try {
            Frame frame = read();
            assertThat(frame.opcode).as("the opcode of %s", frame.text()).isEqualTo(CLOSE);
            if (frame.data.length == 0) {
                return new Closed(1005, "");
            }
            int status = (frame.data[0] & 0xff) << 8 | frame.data[1] & 0xff;
            return new Closed(status, new String(frame.data, 2, frame.data.length - 2, StandardCharsets.UTF_8));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof EOFException || e.getCause() instanceof SocketException) {
                return new Closed(CUT, "");
            }
            throw e;
        }
    }

    private Frame next() {
        Frame frame = read();
        while (frame.opcode == PING) {
            frame(0x80 | PONG, frame.data);
            frame = read();
        }
        return frame;
    }

    private Frame read() {
        try {
            int first = in.readUnsignedByte();
            long length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            byte[] data = new byte[(int) length];
            in.readFully(data);
            return new Frame(first & 0x0f, data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads so many bytes and forgets them: whole frames, or the next message is none. */
    void skip(int bytes) {
        try {
            in.readFully(new byte[bytes]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some bytes as they come: as many as one read of the operating system gives. */
    int readSome(byte[] into) throws IOException {
        return socket.getInputStream().read(into);
    }

    /** Cuts the connection: the server gets a reset. */
    void cut() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the connection without a word. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
