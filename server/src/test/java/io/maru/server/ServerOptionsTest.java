package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.server.engine.Rate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What options are when nobody sets them, and which make no sense. */
class ServerOptionsTest {

    @Test
    void areThoseOfSocketIoUnlessSet() {
        ServerOptions options = ServerOptions.builder().build();
        assertThat(options.host()).isEqualTo("0.0.0.0");
        assertThat(options.port()).isEqualTo(3000);
        assertThat(options.path()).isEqualTo("/socket.io");
        assertThat(options.plainPath()).isEqualTo("/");
        assertThat(options.plainAuth()).isEqualTo(PlainAuth.HANDSHAKE);
        assertThat(options.connectTimeout()).isEqualTo(Duration.ofSeconds(45));
        assertThat(options.ackTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.maxAttachments()).isEqualTo(10);
        assertThat(options.cleanupEmptyChildNamespaces()).isFalse();
        assertThat(options.handlersOnEventLoop()).isFalse();
        assertThat(options.engine().pingInterval()).isEqualTo(Duration.ofSeconds(25));
        assertThat(options.engine().pingTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(options.engine().maxHttpBufferSize()).isEqualTo(1_000_000);
    }

    @Test
    void takePathsWithAndWithoutASlashAtTheEnd() {
        ServerOptions options =
                ServerOptions.builder().path("/io/").plainPath("/plain/").build();
        assertThat(options.path()).isEqualTo("/io");
        assertThat(options.plainPath()).isEqualTo("/plain");
        assertThat(ServerOptions.builder().plainPath(null).build().plainPath()).isNull();
    }

    static Stream<Arguments> senseless() {
        return Stream.of(
                of("port", o -> o.port(-1)),
                of("port", o -> o.port(65536)),
                of("loops", o -> o.loops(0)),
                of("loops", o -> o.loops(65)),
                of("path", o -> o.path("socket.io")),
                of("plainPath", o -> o.plainPath("plain")),
                of("plainMaxMessageBytes", o -> o.plainMaxMessageBytes(0)),
                of("connectTimeout", o -> o.connectTimeout(Duration.ZERO)),
                of("packetTimeout", o -> o.packetTimeout(Duration.ofSeconds(-1))),
                of("ackTimeout", o -> o.ackTimeout(Duration.ZERO)),
                of("maxAttachments", o -> o.maxAttachments(0)),
                of("maxJsonDepth", o -> o.maxJsonDepth(0)),
                of("maxNameLength", o -> o.maxNameLength(-5)),
                of("maxNamespacesPerConnection", o -> o.maxNamespacesPerConnection(0)),
                of("maxRoomsPerSocket", o -> o.maxRoomsPerSocket(0)),
                of("maxPendingAcks", o -> o.maxPendingAcks(0)),
                of("maxPendingEvents", o -> o.maxPendingEvents(0)),
                of("maxConnections", o -> o.limits(l -> l.maxConnections(0))),
                of("maxConnectionsPerAddress", o -> o.limits(l -> l.maxConnectionsPerAddress(0))),
                of("maxTcpConnections", o -> o.limits(l -> l.maxTcpConnections(0))),
                of("maxSilentConnections", o -> o.limits(l -> l.maxSilentConnections(-1))),
                of("maxPendingDecisions", o -> o.limits(l -> l.maxPendingDecisions(0))),
                of("maxDynamicNamespaces", o -> o.limits(l -> l.maxDynamicNamespaces(0))),
                of("maxRooms", o -> o.limits(l -> l.maxRooms(0))),
                of("maxPendingRoomEvents", o -> o.limits(l -> l.maxPendingRoomEvents(0))),
                of("maxRememberedAddresses", o -> o.limits(l -> l.maxRememberedAddresses(0))),
                of("rate", o -> o.limits(l -> l.connectionRate(new Rate(-1, 1, 0, 0)))),
                of("burst", o -> o.limits(l -> l.connectionRate(Rate.ofMessages(1, 0)))),
                of("burst", o -> o.limits(l -> l.addressRate(Rate.ofBytes(1, 0)))),
                of("waterMarks", o -> o.limits(l -> l.waterMarks(0, 10))),
                of("waterMarks", o -> o.limits(l -> l.waterMarks(11, 10))),
                of("retryAfter", o -> o.limits(l -> l.retryAfter(Duration.ZERO))),
                of("maxBufferedMessages", o -> o.engine(engine -> engine.maxBufferedMessages(0))),
                of("idleTimeout", o -> o.engine(engine -> engine.idleTimeout(Duration.ZERO))),
                of("maxLifetime", o -> o.engine(engine -> engine.maxLifetime(Duration.ZERO))),
                of("pingInterval", o -> o.engine(engine -> engine.pingInterval(Duration.ZERO))),
                of("transports", o -> o.engine(engine -> engine.transports("carrier pigeon"))));
    }

    private static Arguments of(String name, Consumer<ServerOptions.Builder> set) {
        return Arguments.of(name, set);
    }

    @ParameterizedTest
    @MethodSource("senseless")
    void areRefusedWhenTheyMakeNoSense(String name, Consumer<ServerOptions.Builder> set) {
        assertThatThrownBy(() -> MaruServer.create(set))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @Test
    void areRefusedWhenTheCertificateIsNotThere() {
        assertThatThrownBy(() -> MaruServer.create(o -> o.tls(Path.of("no.crt"), Path.of("no.key"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no.crt");
    }
}
