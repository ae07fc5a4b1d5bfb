package io.maru.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections through the network, at moments that a test of an application does not choose. */
@Timeout(60)
class NetworkTest {

    private static final int LONGEST_MILLIS = 10_000;

    @Test
    void letsNoConnectionThroughThatWasOpeningWhenItWasTakenDown() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        List<Socket> crowd = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, here);
                Network network = Network.to(server.getLocalPort())) {
            fill(server, crowd);
            try (Socket client = new Socket(here, network.port())) {
                awaitConnecting();
                network.takeDown();
                // room for the connection that the network was about to open
                server.setSoTimeout(LONGEST_MILLIS);
                for (int before = 0; before < crowd.size(); before++) {
                    server.accept().close();
                }
                assertThat(isOver(client)).isTrue();
                try (Socket late = server.accept()) {
                    assertThat(isOver(late)).isTrue();
                }
            }
        } finally {
            for (Socket each : crowd) {
                each.close();
            }
        }
    }

    /** Connects until the server has no room for connections that it has not accepted: the next ones wait. */
    private static void fill(ServerSocket server, List<Socket> crowd) throws IOException {
        while (true) {
            Socket next = new Socket();
            try {
                next.connect(server.getLocalSocketAddress(), 200);
            } catch (IOException e) {
                next.close();
                return;
            }
            crowd.add(next);
        }
    }

    /** Waits until the network's thread is within its connect to the server. */
    private static void awaitConnecting() {
        while (!Thread.interrupted()
                && Thread.getAllStackTraces().entrySet().stream()
                        .filter(thread -> thread.getKey().getName().equals("maru-testkit-network"))
                        .flatMap(thread -> List.of(thread.getValue()).stream())
                        .noneMatch(frame -> frame.getClassName().equals("java.net.Socket")
                                && frame.getMethodName().equals("connect"))) {
            Thread.onSpinWait();
        }
    }

    private static boolean isOver(Socket socket) throws IOException {
        socket.setSoTimeout(LONGEST_MILLIS);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true; // it was reset
        }
    }
}
