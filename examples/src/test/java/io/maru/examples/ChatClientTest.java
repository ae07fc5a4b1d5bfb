package io.maru.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.examples.ChatClient.Chat;
import io.maru.testkit.MaruTest;
import io.maru.testkit.TestClient;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChatClientTest {

    private final MaruTest test = MaruTest.start(ChatServer::install);

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void talksOverSocketIo() {
        talk(MaruClient.connect("http://127.0.0.1:" + test.server().port()));
    }

    @Test
    void talksOverAPlainWebSocket() {
        talk(MaruClient.plain("ws://127.0.0.1:" + test.server().port() + '/'));
    }

    private void talk(Socket socket) {
        TestClient other = test.connectPlain();
        other.ask("join-room", Map.of("roomId", "1"));

        ChatClient.listen(socket);
        ChatClient.say(socket, "안녕 😀").join();

        assertThat(other.next("chat", Chat.class)).isEqualTo(new Chat("안녕 😀"));
        socket.close();
        assertThat(socket.isConnected()).isFalse();
    }
}
