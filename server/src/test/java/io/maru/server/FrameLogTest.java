package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the logger of frames writes of the connections that open while it is on. */
class FrameLogTest extends ServerFixture {

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.maru.server.frames");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.setAdditive(false);
        logger.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(log);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private List<String> lines() {
        return new ArrayList<>(log.list)
                .stream()
                        .map(event -> event.getFormattedMessage().replaceFirst("^[0-9a-f]+ ", ""))
                        .toList();
    }

    @Test
    void hasKindsAndLengthsAndNoContent() {
        serve();
        start();
        WireClient before = plain();
        fencePlain(before);
        logger.setLevel(Level.TRACE);
        WireClient client = plain();
        client.send("{\"type\":\"fence\",\"messageId\":99}").expect("{\"type\":\"callback\",\"messageId\":99}");
        client.ping(new byte[] {1, 2, 3}).expectPong(new byte[] {1, 2, 3});
        fencePlain(before);
        client.sendClose(1000);
        await().until(() -> server().stats().webSockets() == 1);
        assertThat(lines())
                .containsExactly(
                        "< text, 31 bytes",
                        "> message, with its headers, 36 bytes",
                        "< ping, 3 bytes",
                        "< close, 2 bytes");
    }
}
