package io.maru.conformance.promises;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A session of Engine.IO 4: over WebSocket, over polling, or first one and then the other. */
final class EngineWire implements Wire {

    private static final String POLLING = "/socket.io/?EIO=4&transport=polling";
    private static final String WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";
    private static final String SEPARATOR = "\u001e";

    private final int port;
    private final Ears ears;
    private final Gate gate = new Gate();
    private String sid = "";

    // null over WebSocket
    private @Nullable Tcp polls;
    private @Nullable Tcp posts;
    private @Nullable Thread polling;

    // guarded by this
    private final Queue<String> toPost = new ArrayDeque<>();
    private @Nullable Tcp webSocket;
    private boolean posting;
    private boolean held;
    private boolean over;
    private volatile boolean leaving;

    private EngineWire(int port, Ears ears) {
        this.port = port;
        this.ears = ears;
    }

    static EngineWire webSocket(int port, Ears ears) throws IOException {
        EngineWire wire = new EngineWire(port, ears);
        Tcp tcp = new Tcp(port);
        tcp.upgrade(WEBSOCKET);
        wire.sid = sidOf(tcp.readFrame().text());
        wire.use(tcp);
        return wire;
    }

    static EngineWire polling(int port, Ears ears) throws IOException {
        EngineWire wire = new EngineWire(port, ears);
        Tcp polls = new Tcp(port);
        Tcp posts = new Tcp(port);
        wire.sid = sidOf(polls.exchange("GET", POLLING, null));
        wire.polls = polls;
        wire.posts = posts;
        wire.polling = Wire.start("polls", () -> wire.poll(polls));
        Wire.start("posts", () -> wire.post(posts));
        return wire;
    }

    private static String sidOf(String open) throws IOException {
        if (!open.startsWith("0{\"sid\":\"")) {
            throw new IOException("no handshake: " + open);
        }
        return open.substring(9, 29);
    }

    boolean isPolling() {
        return polls != null && !leaving;
    }

    /** Changes from polling to WebSocket, as official clients do; not while it does not read. */
    void upgrade() throws IOException, InterruptedException {
        Tcp tcp = new Tcp(port);
        try {
            tcp.upgrade(WEBSOCKET + "&sid=" + sid);
            tcp.text("2probe");
            String answer = tcp.readFrame().text();
            if (!answer.equals("3probe")) {
                throw new IOException("no answer to the probe: " + answer);
            }
            synchronized (this) {
                held = true;
                while (posting) {
                    wait();
                }
            }
            leaving = true;
            Thread last = polling;
            if (last != null) {
                last.join(); // the server lets the poll go
            }
            tcp.text("5");
        } catch (IOException e) {
            tcp.close();
            throw e;
        }
        use(tcp);
        close(polls);
        close(posts);
    }

    private synchronized void use(Tcp tcp) throws IOException {
        webSocket = tcp;
        String text;
        while ((text = toPost.poll()) != null) {
            tcp.text(text);
        }
        held = false;
        notifyAll();
        if (over) {
            tcp.cut(); // cut meanwhile
        }
        Wire.start("engine wire", () -> read(tcp));
    }

    private void read(Tcp tcp) {
        try {
            while (true) {
                gate.pass();
                Tcp.Frame frame = tcp.readFrame();
                switch (frame.first()) {
                    case Tcp.TEXT -> onPacket(frame.text());
                    case Tcp.BINARY -> ears.onBinary(frame.payload());
                    case Tcp.CLOSE -> throw new IOException("closed");
                    default -> throw new IOException("an unexpected frame: " + frame.first());
                }
            }
        } catch (IOException e) {
            tcp.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    private void poll(Tcp tcp) {
        try {
            while (!leaving) {
                gate.pass();
                for (String packet :
                        tcp.exchange("GET", POLLING + "&sid=" + sid, null).split(SEPARATOR, -1)) {
                    if (packet.startsWith("b")) {
                        ears.onBinary(Base64.getDecoder().decode(packet.substring(1)));
                    } else {
                        onPacket(packet);
                    }
                }
            }
            return; // what follows comes over the WebSocket
        } catch (IOException e) {
            tcp.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    private void onPacket(String packet) throws IOException {
        switch (packet.charAt(0)) {
            case '4' -> ears.onText(packet.substring(1));
            case '2' -> sendPacket("3");
            case '6' -> {
                // lets a poll go
            }
            case '1' -> throw new IOException("closed");
            default -> throw new IOException("an unexpected packet: " + packet);
        }
    }

    private void post(Tcp tcp) {
        try {
            while (true) {
                List<String> batch = new ArrayList<>();
                synchronized (this) {
                    while ((toPost.isEmpty() || held) && !over && webSocket == null) {
                        wait();
                    }
                    if (over || webSocket != null) {
                        return;
                    }
                    while (!toPost.isEmpty() && batch.size() < 50) {
                        batch.add(toPost.remove());
                    }
                    posting = true;
                }
                tcp.exchange("POST", POLLING + "&sid=" + sid, String.join(SEPARATOR, batch));
                synchronized (this) {
                    posting = false;
                    notifyAll();
                }
            }
        } catch (IOException e) {
            tcp.close(); // the other connection notices
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (this) {
                posting = false;
                notifyAll();
            }
        }
    }

    private void end() {
        synchronized (this) {
            over = true;
            notifyAll();
        }
        close(polls);
        close(posts);
        ears.onEnd();
    }

    private static void close(@Nullable Tcp tcp) {
        if (tcp != null) {
            tcp.close();
        }
    }

    @Override
    public void send(String text) {
        sendPacket('4' + text);
    }

    private synchronized void sendPacket(String packet) {
        Tcp tcp = webSocket;
        if (over) {
            return;
        }
        if (tcp == null) {
            toPost.add(packet);
            notifyAll();
            return;
        }
        try {
            tcp.text(packet);
        } catch (IOException e) {
            // the reader notices, too
        }
    }

    @Override
    public void setReading(boolean on) {
        gate.set(on);
    }

    @Override
    public void cut() {
        synchronized (this) {
            over = true;
            if (webSocket != null) {
                webSocket.cut();
            }
            notifyAll();
        }
        if (polls != null) {
            polls.cut();
        }
        if (posts != null) {
            posts.cut();
        }
        gate.set(true);
    }

    @Override
    public void close() {
        Tcp tcp;
        synchronized (this) {
            tcp = webSocket;
        }
        if (tcp == null) {
            sendPacket("1");
        } else {
            try {
                tcp.frame(Tcp.CLOSE, new byte[0]);
            } catch (IOException e) {
                tcp.close();
            }
        }
        gate.set(true);
    }
}
