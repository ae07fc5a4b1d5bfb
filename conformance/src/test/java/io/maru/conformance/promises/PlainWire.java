package io.maru.conformance.promises;

import java.io.IOException;

/** A bare WebSocket, whose client keeps its session where the server does. */
final class PlainWire implements Wire {

    private static final String KEPT = "maru.json.session";

    private final Tcp tcp;
    private final Ears ears;
    private final Gate gate = new Gate();
    private final boolean kept;

    PlainWire(int port, String path, Ears ears) throws IOException {
        this.ears = ears;
        tcp = new Tcp(port);
        kept = KEPT.equals(tcp.upgrade(path, KEPT + ", maru.json"));
        Wire.start("plain wire", this::read);
    }

    /** Whether the session is to be asked for before all else. */
    boolean isKept() {
        return kept;
    }

    private void read() {
        try {
            while (true) {
                gate.pass();
                Tcp.Frame frame = tcp.readFrame();
                switch (frame.first()) {
                    case Tcp.TEXT -> ears.onText(frame.text());
                    case Tcp.BINARY -> ears.onBinary(frame.payload());
                    case Tcp.PING -> tcp.frame(Tcp.PONG, frame.payload());
                    case Tcp.CLOSE -> throw new IOException("closed");
                    default -> throw new IOException("an unexpected frame: " + frame.first());
                }
            }
        } catch (IOException e) {
            tcp.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ears.onEnd();
    }

    @Override
    public void send(String text) {
        try {
            tcp.text(text);
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
        tcp.cut();
        gate.set(true);
    }

    @Override
    public void close() {
        try {
            tcp.frame(Tcp.CLOSE, new byte[] {3, (byte) 0xe8});
        } catch (IOException e) {
            tcp.close();
        }
        gate.set(true);
    }
}
