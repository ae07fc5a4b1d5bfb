package io.maru.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** Keeps what a session's owner hears, as text. */
final class RecordingListener implements SessionListener {

    final Session session;
    final List<String> events = new ArrayList<>();

    /** What is done with a text, beside keeping it. */
    Consumer<String> onText = text -> {};

    Runnable onWritable = () -> {};
    Consumer<CloseReason> onClosed = reason -> {};

    /** Whether it has still something to do when its session is to end. */
    boolean closesLater;

    Runnable close = () -> {};

    RecordingListener(Session session) {
        this.session = session;
    }

    /** Takes what was heard so far. */
    List<String> take() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    @Override
    public void onText(byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8);
        events.add("text " + text);
        onText.accept(text);
    }

    @Override
    public void onBinary(byte[] data) {
        events.add("binary " + HexFormat.of().formatHex(data));
    }

    @Override
    public void onPing(byte[] data) {
        events.add("ping " + new String(data, StandardCharsets.UTF_8));
    }

    @Override
    public void onPong(byte[] data) {
        events.add("pong " + new String(data, StandardCharsets.UTF_8));
    }

    @Override
    public void onWritable() {
        events.add("writable");
        onWritable.run();
    }

    @Override
    public void onUpgraded() {
        events.add("upgraded");
    }

    @Override
    public void onDraining(Runnable closing) {
        if (closesLater) {
            events.add("draining");
            close = closing;
        } else {
            closing.run();
        }
    }

    @Override
    public void onClosed(CloseReason reason) {
        events.add("closed " + reason);
        onClosed.accept(reason);
    }
}
