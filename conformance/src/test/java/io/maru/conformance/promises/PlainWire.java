package io.maru.conformance.promises;

import java.io.IOException;

/** A bare WebSocket. */
final class PlainWire implements Wire {

    private final Tcp tcp;
    private final Ears ears;
    private final Gate gate = new Gate();

    PlainWire(int port, String path, Ears ears) throws IOException {
        this.ears = ears;
        tcp = new Tcp(port);
        tcp.upgrade(path);
        Wire.start("plain wire", this::read);
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
