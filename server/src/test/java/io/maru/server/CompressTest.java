package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.netty.DeflateOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed WebSockets, where the server is told to compress them. */
class CompressTest extends ServerFixture {

    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
    private static final String TEXT = "x".repeat(1500);

    private void serveCompressed(int loops) {
        serve(options -> options.loops(loops).network(network -> network.withDeflate(DeflateOptions.DEFAULTS)))
                .onConnection(socket -> {
                    socket.join("lobby");
                    socket.on(
                            "ask",
                            event -> socket.compress(false)
                                    .request("question", TEXT)
                                    .thenAccept(answer -> socket.emit("answered", answer)));
                });
        start();
    }

    private WireClient compressed() {
        WireClient client = engineIo(OFFER);
        assertThat(client.head())
                .contains("Sec-WebSocket-Extensions: permessage-deflate;"
                        + " server_no_context_takeover; client_no_context_takeover\r\n");
        connect(client, "40");
        fence(client);
        return client;
    }

    private WireClient compressedPlain() {
        WireClient client = plain("/", OFFER);
        fencePlain(client);
        return client;
    }

    /** The first byte of the frame that comes next, and the message in it, be it compressed or not. */
    private record Frame(int first, String message, List<Byte> payload) {}

    private static Frame next(WireClient client) throws IOException, DataFormatException {
        byte[] some = new byte[65_536];
        int length = client.readSome(some);
        int header = (some[1] & 0x7f) < 126 ? 2 : 4;
        byte[] payload = Arrays.copyOfRange(some, header, length);
        int first = some[0] & 0xff;
        byte[] message = payload;
        if ((first & 0x40) != 0) {
            Inflater inflater = new Inflater(true);
            byte[] ended = Arrays.copyOf(payload, payload.length + 4);
            ended[ended.length - 1] = -1;
            ended[ended.length - 2] = -1;
            inflater.setInput(ended);
            message = Arrays.copyOf(some, inflater.inflate(some));
        }
        List<Byte> bytes = new ArrayList<>();
        for (byte b : payload) {
            bytes.add(b);
        }
        return new Frame(first, new String(message, StandardCharsets.UTF_8), bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void giveARoomTheSameFrame(int loops) throws Exception {
        serveCompressed(loops);
        List<WireClient> socketIo = new ArrayList<>();
        List<WireClient> plain = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            socketIo.add(compressed());
            plain.add(compressedPlain());
        }
        WireClient without = socketIo();
        fence(without);
        server().main().to("lobby").emit("chat", Map.of("text", TEXT));
        Set<List<Byte>> payloads = new HashSet<>();
        for (WireClient client : socketIo) {
            Frame frame = next(client);
            assertThat(frame.first()).isEqualTo(0xc1);
            assertThat(frame.message()).isEqualTo("42[\"chat\",{\"text\":\"" + TEXT + "\"}]");
            payloads.add(frame.payload());
        }
        assertThat(payloads).hasSize(1);
        assertThat(payloads.iterator().next().size()).isLessThan(100);
        for (WireClient client : plain) {
            Frame frame = next(client);
            assertThat(frame.first()).isEqualTo(0xc1);
            assertThat(frame.message()).isEqualTo("{\"type\":\"chat\",\"text\":\"" + TEXT + "\"}");
        }
        without.expect("42[\"chat\",{\"text\":\"" + TEXT + "\"}]");
    }

    @Test
    void sendUncompressedWhatIsToStaySo() throws Exception {
        serveCompressed(1);
        WireClient client = compressed();
        Socket socket = Objects.requireNonNull(server().main().sockets().get(client.id()));
        Broadcast everyone = server().main().everyone();
        List<Runnable> compressed = List.of(
                () -> socket.emit("chat", TEXT),
                () -> socket.compress(true).emit("chat", TEXT),
                () -> socket.compress(false).compress(true).emit("chat", TEXT),
                () -> everyone.emit("chat", TEXT),
                () -> everyone.compress(false).compress(true).emit("chat", TEXT),
                () -> everyone.asVolatile().emit("chat", TEXT));
        List<Runnable> uncompressed = List.of(
                () -> socket.compress(false).emit("chat", TEXT),
                () -> socket.compress(false).asVolatile().emit("chat", TEXT),
                () -> socket.asVolatile().compress(false).emit("chat", TEXT),
                () -> everyone.compress(false).emit("chat", TEXT),
                () -> everyone.compress(false)
                        .to("lobby")
                        .except("nobody")
                        .asVolatile()
                        .emit("chat", TEXT),
                () -> server().main().compress(false).emit("chat", TEXT));
        for (Runnable emit : compressed) {
            emit.run();
            Frame frame = next(client);
            assertThat(frame.first()).isEqualTo(0xc1);
            assertThat(frame.message()).isEqualTo("42[\"chat\",\"" + TEXT + "\"]");
        }
        for (Runnable emit : uncompressed) {
            emit.run();
            Frame frame = next(client);
            assertThat(frame.first()).isEqualTo(0x81);
            assertThat(frame.message()).isEqualTo("42[\"chat\",\"" + TEXT + "\"]");
        }
    }

    @Test
    void askUncompressed() throws Exception {
        serveCompressed(1);
        WireClient client = compressed();
        client.send("42[\"ask\"]");
        Frame question = next(client);
        assertThat(question.first()).isEqualTo(0x81);
        String id = question.message().replaceAll("^42(\\d+).*", "$1");
        client.send("43" + id + "[1]").expect("42[\"answered\",1]");
    }

    @Test
    void takeCompressedMessages() throws Exception {
        serveCompressed(1);
        WireClient client = compressed();
        // Hello, as the RFC writes it, which is no packet
        client.frame(0xc1, new byte[] {(byte) 0xf2, 0x48, (byte) 0xcd, (byte) 0xc9, (byte) 0xc9, 7, 0});
        assertThat(client.closed()).isEqualTo(1005);
    }

    @Test
    void areNotToBeHadUnlessTheServerIsToldSo() {
        serve();
        start();
        assertThat(engineIo(OFFER).head()).doesNotContain("Extensions");
        assertThat(plain("/", OFFER).head()).doesNotContain("Extensions");
    }
}
