package io.maru.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plain WebSockets on a clock by hand. */
class PlainSessionTest {

    private final ManualLoop loop = new ManualLoop();
    private final FakeNetwork network = new FakeNetwork();
    private final List<String> heard = new ArrayList<>();
    private final PlainSession session = new PlainSession(
            loop,
            network,
            new PlainOptions(
                    "/chat?token=x",
                    List.of("maru.json"),
                    Duration.ofSeconds(25).toNanos(),
                    Duration.ofSeconds(20).toNanos()),
            new SessionListener() {
                @Override
                public void onOpen() {
                    heard.add("open");
                }

                @Override
                public void onText(byte[] utf8) {
                    heard.add(new String(utf8, StandardCharsets.UTF_8));
                }

                @Override
                public void onBinary(byte[] data) {
                    heard.add("bytes");
                }

                @Override
                public void onPing() {}

                @Override
                public void onWritable() {
                    heard.add("writable");
                }

                @Override
                public void onUpgrade() {}

                @Override
                public void onClose(Ending ending) {
                    heard.add("close " + ending.reason() + " " + ending.code());
                }

                @Override
                public void onGone() {
                    heard.add("gone");
                }
            });

    @BeforeEach
    void open() {
        loop.turn(session::open);
        assertThat(network.webSocket().target).isEqualTo("/chat?token=x");
        assertThat(network.webSocket().subprotocols).containsExactly("maru.json");
        loop.turn(() -> network.webSocket().listener.onOpen("maru.json"));
        assertThat(heard).containsExactly("open");
        heard.clear();
    }

    @Test
    void sendsTextAndBytesAsTheyAre() {
        loop.turn(() -> {
            session.send(Encoded.text("{\"type\":\"hi\"}"));
            session.send(Encoded.binary(new byte[] {7}));
        });
        assertThat(network.webSocket().sent).containsExactly("{\"type\":\"hi\"}", "<07>");
    }

    @Test
    void pingsNobodyWhoPings() {
        for (int i = 0; i < 10; i++) {
            loop.advance(Duration.ofSeconds(25));
            network.webSocket().listener.onFrame();
        }
        assertThat(network.webSocket().sent).isEmpty();
        assertThat(heard).isEmpty();
    }

    @Test
    void keepsAServerThatNeverPingsButAnswers() {
        for (int i = 1; i <= 10; i++) {
            loop.advance(Duration.ofSeconds(30));
            assertThat(network.webSocket().sent).hasSize(i).containsOnly("PING");
            network.webSocket().listener.onFrame();
        }
        assertThat(heard).isEmpty();
        assertThat(loop.timers()).isEqualTo(1);
    }

    @Test
    void endsWhenTheServerIsSilent() {
        loop.advance(Duration.ofMillis(44_999));
        assertThat(network.webSocket().sent).containsExactly("PING");
        assertThat(heard).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(heard).containsExactly("close PING_TIMEOUT 0", "gone");
    }

    @Test
    void expectsNothingWhileItDoesNotRead() {
        loop.turn(() -> session.setReading(false));
        loop.advance(Duration.ofMinutes(5));
        assertThat(heard).isEmpty();
        loop.turn(() -> session.setReading(true));
        loop.advance(Duration.ofSeconds(45));
        assertThat(heard).containsExactly("close PING_TIMEOUT 0", "gone");
    }

    @Test
    void closesNormally() {
        loop.turn(session::close);
        assertThat(network.webSocket().closed).isEqualTo(1000);
        loop.turn(() -> network.webSocket().cut());
        assertThat(heard).containsExactly("gone");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void tellsHowTheServerHasClosed() {
        loop.turn(() -> network.webSocket()
                .listener
                .onEnd(new Ending(CloseReason.TRANSPORT_CLOSE, "service restart", 1012, null)));
        assertThat(heard).containsExactly("close TRANSPORT_CLOSE 1012", "gone");
    }
}
