package io.maru.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.client.ClientOptions.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the client sends, byte for byte, to a server that a test plays. */
@Timeout(60)
class RawServerTest {

    private final ServerSocket listener = listen();
    private final MaruClient client = MaruClient.create();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
        client.close();
    }

    private String address(String path) {
        return "http://127.0.0.1:" + listener.getLocalPort() + path;
    }

    private Socket open(String path, Transport transport) {
        return client.socket(
                address(path),
                options -> options.transports(transport)
                        .cookies(true)
                        .setup(socket -> socket.onAny(event -> heard.add(event.name() + event.args()))
                                .onConnect(it -> heard.add("connect"))
                                .onDisconnect((reason, details) -> heard.add(reason.text() + " " + details.code()))
                                .onConnectError(e -> heard.add(String.valueOf(e.getMessage())))));
    }

    /** One connection of the client. */
    private static final class Connection {
        private final java.net.Socket socket;
        private final InputStream in;

        Connection(java.net.Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException(head.toString());
                }
                head.append((char) next);
            }
            return head.toString();
        }

        String body(int length) throws IOException {
            return new String(in.readNBytes(length), java.nio.charset.StandardCharsets.UTF_8);
        }

        void write(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        void writeHex(String hex) throws IOException {
            socket.getOutputStream().write(HexFormat.of().parseHex(hex));
        }

        void answer(int status, String body, String... headers) throws IOException {
            StringBuilder more = new StringBuilder();
            for (String header : headers) {
                more.append(header).append("\r\n");
            }
            write("HTTP/1.1 " + status + " x\r\ncontent-length: "
                    + body.getBytes(java.nio.charset.StandardCharsets.UTF_8).length + "\r\n" + more + "\r\n" + body);
        }

        /** Answers a handshake. */
        void open(String head, String... headers) throws Exception {
            String name = "sec-websocket-key: ";
            int at = head.indexOf(name) + name.length();
            String key = head.substring(at, head.indexOf("\r\n", at));
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
            write(
                    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: "
                            + Base64.getEncoder().encodeToString(hash) + "\r\n" + String.join("", headers) + "\r\n");
        }

        void text(String text) throws IOException {
            byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            assertThat(utf8).hasSizeLessThan(126);
            socket.getOutputStream().write(new byte[] {(byte) 0x81, (byte) utf8.length});
            socket.getOutputStream().write(utf8);
        }

        /** The next frame: its first byte in hexadecimal, and its payload unmasked; texts as text. */
        String frame() throws IOException {
            int first = in.read();
            int length = in.read();
            assertThat(length & 0x80).as("masked").isEqualTo(0x80);
            length &= 0x7f;
            if (length == 126) {
                length = in.read() << 8 | in.read();
            }
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes(length);
            for (int i = 0; i < length; i++) {
                payload[i] ^= mask[i % 4];
            }
            String opcode = Integer.toHexString(first);
            return opcode + " "
                    + (first == 0x81
                            ? new String(payload, ISO_8859_1)
                            : HexFormat.of().formatHex(payload));
        }
    }

    private Connection accept() throws IOException {
        return new Connection(listener.accept());
    }

    private static final String OPEN =
            "0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}";

    @Test
    void asksForAWebSocket() throws Exception {
        client.socket(
                address("/admin?x=y"),
                options -> options.transports(Transport.WEBSOCKET)
                        .extraHeader("x-token", "secret")
                        .query("a", "ü&"));
        String head = accept().head();
        assertThat(head.replaceAll("(sec-websocket-key: )\\S+", "$1KEY").split("\r\n"))
                .containsExactlyInAnyOrder(
                        "GET /socket.io/?EIO=4&transport=websocket&x=y&a=%C3%BC%26 HTTP/1.1",
                        "host: 127.0.0.1:" + listener.getLocalPort(),
                        "upgrade: websocket",
                        "connection: upgrade",
                        "sec-websocket-key: KEY",
                        "sec-websocket-version: 13",
                        "x-token: secret");
    }

    @Test
    void speaksThroughAWebSocket() throws Exception {
        Socket socket = open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.open(connection.head());
        connection.text(OPEN);
        assertThat(connection.frame()).isEqualTo("81 40");
        connection.text("40{\"sid\":\"s\"}");
        socket.emit("hi", 1, new byte[] {1, 2});
        assertThat(connection.frame()).isEqualTo("81 451-[\"hi\",1,{\"_placeholder\":true,\"num\":0}]");
        assertThat(connection.frame()).isEqualTo("82 0102");
        connection.text("2");
        assertThat(connection.frame()).isEqualTo("81 3");
        connection.writeHex("8902" + "abcd"); // a ping frame
        assertThat(connection.frame()).isEqualTo("8a abcd");
        connection.writeHex("0103" + "343262" + "8003" + "226178"); // nonsense in two fragments
        assertThat(connection.frame()).isEqualTo("88 ");
        await().untilAsserted(() -> assertThat(heard).contains("parse error 0"));
    }

    @Test
    void takesMessagesInFragments() throws Exception {
        open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.open(connection.head());
        connection.text(OPEN);
        connection.frame();
        connection.text("40{\"sid\":\"s\"}");
        connection.writeHex("0104" + "34325b22" + "8900" + "8003" + "61225d"); // 42[" a ping, a"]
        assertThat(connection.frame()).isEqualTo("8a ");
        await().untilAsserted(() -> assertThat(heard).containsExactly("connect", "a[]"));
    }

    @Test
    void answersTheLastPingOfAServerThatPingsAndDoesNotRead() throws Exception {
        listener.setReceiveBufferSize(16 << 10);
        open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.open(connection.head());
        connection.text(OPEN);
        assertThat(connection.frame()).isEqualTo("81 40");
        byte[] pings = new byte[1000 * 127];
        for (int at = 0; at < pings.length; at += 127) {
            pings[at] = (byte) 0x89;
            pings[at + 1] = 125;
        }
        int rounds = 120; // 15 MB
        for (int i = 0; i < rounds; i++) {
            connection.socket.getOutputStream().write(pings);
        }
        connection.writeHex("8901" + "ff");
        int pongs = 0;
        String frame = connection.frame();
        while (frame.startsWith("8a") && !frame.equals("8a ff")) {
            pongs++;
            frame = connection.frame();
        }
        assertThat(frame).isEqualTo("8a ff");
        assertThat(pongs).isPositive().isLessThan(rounds * 1000 / 2);
    }

    @Test
    void tellsThatAnAnswerCannotBeHandled() throws Exception {
        open("/", Transport.POLLING);
        Connection connection = accept();
        connection.head();
        connection.answer(200, "0{\"sid\":\"a b\",\"upgrades\":[],\"pingInterval\":1000,\"pingTimeout\":1000}");
        await().untilAsserted(() -> assertThat(accept().head()).contains("&sid=a+b"));
    }

    @Test
    void refusesTextThatIsNotUtf8() throws Exception {
        open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.open(connection.head());
        connection.text(OPEN);
        connection.frame();
        connection.text("40{\"sid\":\"s\"}");
        connection.writeHex("8102" + "34ff");
        assertThat(connection.frame()).isEqualTo("88 03ef");
        await().untilAsserted(() -> assertThat(heard).contains("parse error 1007"));
    }

    @Test
    void answersACloseFrame() throws Exception {
        open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.open(connection.head());
        connection.text(OPEN);
        connection.frame();
        connection.text("40{\"sid\":\"s\"}");
        connection.writeHex("8802" + "03f4"); // 1012
        assertThat(connection.frame()).isEqualTo("88 03f4");
        await().untilAsserted(() -> assertThat(heard).containsExactly("connect", "transport close 1012"));
    }

    @Test
    void saysGoodbye() throws Exception {
        Socket socket = open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.open(connection.head());
        connection.text(OPEN);
        connection.frame();
        connection.text("40{\"sid\":\"s\"}");
        await().until(socket::isConnected);
        socket.emit("last");
        socket.close();
        assertThat(connection.frame()).isEqualTo("81 42[\"last\"]");
        assertThat(connection.frame()).isEqualTo("81 41");
        assertThat(connection.frame()).isEqualTo("88 ");
        connection.writeHex("8800");
        assertThat(connection.in.read()).isEqualTo(-1);
    }

    @Test
    void pollsByHttp() throws Exception {
        Socket socket = open("/", Transport.POLLING);
        Connection connection = accept();
        String head = connection.head();
        assertThat(head.replaceAll("&t=[^& ]+", "&t=T").split("\r\n"))
                .containsExactlyInAnyOrder(
                        "GET /socket.io/?EIO=4&transport=polling&t=T HTTP/1.1",
                        "host: 127.0.0.1:" + listener.getLocalPort(),
                        "accept: */*",
                        "accept-encoding: gzip, deflate");
        connection.answer(200, OPEN, "set-cookie: AWSALB=x1; Path=/", "set-cookie: other=y; Path=/elsewhere");
        // the POST and the next GET are on the first connection and on a second one
        String first = connection.head();
        Connection more = accept();
        String second = more.head();
        Connection posting = first.startsWith("POST") ? connection : more;
        Connection polling = first.startsWith("POST") ? more : connection;
        String post = first.startsWith("POST") ? first : second;
        String get = first.startsWith("POST") ? second : first;
        assertThat(post.replaceAll("&t=[^& ]+", "&t=T").split("\r\n"))
                .containsExactlyInAnyOrder(
                        "POST /socket.io/?EIO=4&transport=polling&t=T&sid=abc HTTP/1.1",
                        "host: 127.0.0.1:" + listener.getLocalPort(),
                        "accept: */*",
                        "content-type: text/plain;charset=UTF-8",
                        "content-length: 2",
                        "cookie: AWSALB=x1");
        assertThat(get).contains("cookie: AWSALB=x1").doesNotContain("other");
        assertThat(posting.body(2)).isEqualTo("40");
        posting.answer(200, "ok");
        polling.answer(200, "40{\"sid\":\"s\"}\u001e42[\"hi\",\"ü\"]\u001e2");
        assertThat(posting.head()).startsWith("POST");
        assertThat(posting.body(1)).isEqualTo("3");
        posting.answer(200, "ok", "set-cookie: AWSALB=x2; Path=/");
        assertThat(polling.head()).startsWith("GET").contains("AWSALB=x1");
        await().untilAsserted(() -> assertThat(heard).containsExactly("connect", "hi[\"ü\"]"));
        socket.emit("bytes", new byte[] {1, 2}, "ü");
        String last = posting.head();
        String body = "451-[\"bytes\",{\"_placeholder\":true,\"num\":0},\"ü\"]\u001ebAQI=";
        assertThat(last)
                .contains("cookie: AWSALB=x2")
                .contains("content-length: " + body.getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
        assertThat(posting.body(body.getBytes(java.nio.charset.StandardCharsets.UTF_8).length))
                .isEqualTo(body);
    }

    @Test
    void asksForAPlainWebSocket() throws Exception {
        client.plainSocket("ws" + address("/chat?x=y").substring(4), options -> options.plainSessions(true));
        Connection connection = accept();
        String head = connection.head();
        assertThat(head)
                .startsWith("GET /chat?x=y HTTP/1.1\r\n")
                .contains("sec-websocket-protocol: maru.json.session, maru.json\r\n");
        connection.open(head, "sec-websocket-protocol: maru.json.session\r\n");
        assertThat(connection.frame()).isEqualTo("81 {\"type\":\"session\"}");
    }

    @Test
    void tellsTheStatusOfARefusal() throws Exception {
        open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.head();
        connection.answer(503, "busy");
        await().untilAsserted(
                        () -> assertThat(List.copyOf(heard)).first().isEqualTo("the server answered with status 503"));
    }

    @Test
    void refusesAnAnswerThatIsNoHandshake() throws Exception {
        open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.head();
        connection.write(
                "HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n");
        await().untilAsserted(
                        () -> assertThat(List.copyOf(heard)).first().asString().startsWith("the handshake failed"));
    }

    @Test
    void waitsBehindInterimAnswers() throws Exception {
        open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        String head = connection.head();
        connection.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
        connection.open(head);
        connection.text(OPEN);
        assertThat(connection.frame()).isEqualTo("81 40");
        open("/polling", Transport.POLLING);
        Connection polling = accept();
        polling.head();
        polling.write("HTTP/1.1 100 Continue\r\n\r\n");
        polling.answer(200, OPEN);
        assertThat(polling.head()).contains("&sid=abc");
    }

    @Test
    void refusesAMessageInVeryManyFragments() throws Exception {
        open("/", Transport.WEBSOCKET);
        Connection connection = accept();
        connection.open(connection.head());
        connection.text(OPEN);
        assertThat(connection.frame()).isEqualTo("81 40");
        byte[] fragments = new byte[3 * 20_000];
        for (int at = 0; at < fragments.length; at += 3) {
            fragments[at + 1] = 1;
            fragments[at + 2] = '4';
        }
        fragments[0] = 1;
        connection.socket.getOutputStream().write(fragments);
        assertThat(connection.frame()).isEqualTo("88 03f1");
    }

    @Test
    void closesAlsoWhenItsLastFrameCannotBeWritten() throws Exception {
        listener.setReceiveBufferSize(16 << 10);
        Socket socket = client.socket(
                address("/"),
                options -> options.transports(Transport.WEBSOCKET)
                        .reconnection(false)
                        .maxBufferedBytes(16 << 20)
                        .setup(it -> it.onDisconnect((reason, details) -> heard.add(reason.text()))));
        Connection connection = accept();
        connection.open(connection.head());
        connection.text(OPEN);
        assertThat(connection.frame()).isEqualTo("81 40");
        connection.text("40{\"sid\":\"s\"}");
        await().until(socket::isConnected);
        String large = "x".repeat(15_000_000); // more than the system keeps of it
        socket.emit("large", large);
        await().until(() -> socket.buffered() == 0);
        connection.writeHex("8802" + "03e9");
        await().untilAsserted(() -> assertThat(heard).containsExactly("transport close"));
        // what it has not written is gone with the connection, once that is closed; until then nothing is read
        await().until(() -> {
            try {
                connection.socket.getOutputStream().write(new byte[] {(byte) 0x8a, 0});
                return false;
            } catch (IOException e) {
                return true;
            }
        });
    }
}
