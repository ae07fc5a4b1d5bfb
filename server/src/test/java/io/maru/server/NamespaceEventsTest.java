package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handlers that hold for every socket of a namespace. */
class NamespaceEventsTest extends ServerFixture {

    private final List<String> heard = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource
    void comeBeforeTheHandlersOfTheSocket(Threads threads) {
        MaruServer server = serve(threads);
        server.on("hi", event -> heard.add("namespace " + event.get(0)))
                .onConnection(socket -> socket.on("hi", event -> heard.add("socket " + event.get(0))));
        server.on("ask", event -> event.ack().send(event.args()));
        start();
        WireClient one = socketIo();
        one.send("42[\"hi\",1]");
        await().until(() -> heard.size() == 2);
        socketIo().send("420[\"ask\",2]").expect("430[2]");
        WireClient plain = plain();
        plain.send("{\"type\":\"ask\",\"messageId\":7,\"a\":1}")
                .expect("{\"type\":\"callback\",\"messageId\":7,\"data\":{\"a\":1}}");
        plain.send("{\"type\":\"nobody\"}").expect("{\"error\":\"Unknown message type\"}");
        assertThat(heard).containsExactly("namespace 1", "socket 1");
        assertThatThrownBy(() -> server.on("connect", event -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void ofAParentHoldForItsChildrenAndForNobodyElse(Threads threads) {
        MaruServer server = serve(threads);
        server.of(Pattern.compile("^/shop-\\d+$"))
                .on("hi", event -> event.ack().send(event.socket().namespace().name()));
        start();
        socketIo("/shop-7").send("42/shop-7,0[\"hi\"]").expect("43/shop-7,0[\"/shop-7\"]");
        plain("/").send("{\"type\":\"hi\"}").expect("{\"error\":\"Unknown message type\"}");
    }
}
