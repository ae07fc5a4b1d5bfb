package io.maru.client.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.client.engine.ManualLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CookieJarTest {

    private final ManualLoop loop = new ManualLoop();
    private final CookieJar jar = new CookieJar(loop, false);

    private void set(String... cookies) {
        HttpHeaders answer = new DefaultHttpHeaders();
        for (String cookie : cookies) {
            answer.add(HttpHeaderNames.SET_COOKIE, cookie);
        }
        jar.read(answer);
    }

    private @Nullable String sent(String target) {
        HttpHeaders request = new DefaultHttpHeaders();
        jar.write(target, request);
        return request.get(HttpHeaderNames.COOKIE);
    }

    @Test
    void bringsBackWhatWasSet() {
        assertThat(sent("/socket.io/?a=b")).isNull();
        set("a=1; Path=/; HttpOnly", "b=2");
        assertThat(sent("/socket.io/?a=b")).isEqualTo("a=1; b=2");
        set("a=3");
        assertThat(sent("/socket.io/?a=b")).isEqualTo("b=2; a=3");
    }

    @Test
    void standsBehindWhatTheApplicationSends() {
        set("a=1");
        HttpHeaders request = new DefaultHttpHeaders().set(HttpHeaderNames.COOKIE, "own=x");
        jar.write("/", request);
        assertThat(request.get(HttpHeaderNames.COOKIE)).isEqualTo("own=x; a=1");
    }

    @Test
    void keepsToPaths() {
        set("a=1; Path=/socket.io", "b=2; Path=/socket.io/", "c=3; Path=/socket", "d=4; Path=/else");
        assertThat(sent("/socket.io/?x")).isEqualTo("a=1; b=2");
        assertThat(sent("/socket.io?x")).isEqualTo("a=1");
    }

    @Test
    void forgetsWhatIsOver() {
        set("a=1; Max-Age=10", "b=2; Max-Age=20", "c=3");
        loop.advance(Duration.ofSeconds(10));
        assertThat(sent("/")).isEqualTo("b=2; c=3");
        set("c=; Max-Age=0");
        assertThat(sent("/")).isEqualTo("b=2");
    }

    @Test
    void keepsSecretsToSecureConnections() {
        set("a=1; Secure");
        assertThat(sent("/")).isNull();
    }

    @Test
    void keepsNoMoreThanItMay() {
        for (int i = 0; i < 60; i++) {
            set("c" + i + "=x");
        }
        set("large=" + "x".repeat(CookieJar.MAX_LENGTH));
        assertThat(sent("/"))
                .doesNotContain("c9=")
                .contains("c10=x")
                .contains("c59=x")
                .doesNotContain("large");
    }
}
