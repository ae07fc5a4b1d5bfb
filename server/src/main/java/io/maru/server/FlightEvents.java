package io.maru.server;

import io.maru.server.engine.CloseReason;
import io.maru.wire.Clock;
import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK's flight recorder gets to know. It is an observer only while a recording runs: otherwise nobody listens. Needs
 * the module {@code jdk.jfr}; see {@link Observers#attachFlightRecorder}.
 */
final class FlightEvents implements ServerObserver {

    private final long slowNanos;

    private FlightEvents(Duration slow) {
        slowNanos = Clock.nanos(slow);
    }

    /** Listens while something is recorded; gives what ends that for good. */
    static Runnable attach(Observers observers, Duration slow) {
        FlightEvents events = new FlightEvents(slow);
        FlightRecorderListener switching = new FlightRecorderListener() {
            private boolean on;

            @Override
            public void recorderInitialized(FlightRecorder recorder) {
                update(recorder);
            }

            @Override
            public void recordingStateChanged(Recording recording) {
                update(FlightRecorder.getFlightRecorder());
            }

            private synchronized void update(FlightRecorder recorder) {
                boolean records = recorder.getRecordings().stream()
                        .anyMatch(recording -> recording.getState() == RecordingState.RUNNING);
                if (records && !on) {
                    observers.add(events);
                } else if (!records && on) {
                    observers.remove(events);
                }
                on = records;
            }
        };
        FlightRecorder.addListener(switching);
        return () -> {
            FlightRecorder.removeListener(switching);
            observers.remove(events);
        };
    }

    @Override
    public void sessionOpened(String dialect, String transport) {
        Connect event = new Connect();
        if (event.isEnabled()) {
            event.dialect = dialect;
            event.transport = transport;
            event.commit();
        }
    }

    @Override
    public void sessionClosed(String dialect, String transport, CloseReason reason) {
        Disconnect event = new Disconnect();
        if (event.isEnabled()) {
            event.dialect = dialect;
            event.transport = transport;
            event.reason = reason.text();
            event.commit();
        }
    }

    @Override
    public void broadcast(Namespace namespace, String name, int recipients, long bytes) {
        BroadcastSent event = new BroadcastSent();
        if (event.isEnabled()) {
            event.namespace = namespace.name();
            event.event = name;
            event.recipients = recipients;
            event.bytes = bytes;
            event.commit();
        }
    }

    @Override
    public void eventHandled(Socket socket, String name, int handlers, long nanos, @Nullable Throwable failure) {
        if (nanos < slowNanos) {
            return;
        }
        SlowHandler event = new SlowHandler();
        if (event.isEnabled()) {
            event.namespace = socket.namespace().name();
            event.event = name;
            event.handlerTime = nanos;
            event.failed = failure != null;
            event.commit();
        }
    }

    @Override
    public void loopBlocked(int loop, long nanos, StackTraceElement[] stack) {
        LoopBlocked event = new LoopBlocked();
        if (event.isEnabled()) {
            event.loop = loop;
            event.blockedFor = nanos;
            event.in = stack.length == 0 ? "" : stack[0].toString();
            event.commit();
        }
    }

    // the recorder reads the fields
    @Name("io.maru.Connect")
    @Label("Connect")
    @Category("Maru")
    @Description("A session has opened")
    @StackTrace(false)
    @SuppressWarnings("unused")
    private static final class Connect extends Event {
        @Label("Dialect")
        private @Nullable String dialect;

        @Label("Transport")
        private @Nullable String transport;
    }

    @Name("io.maru.Disconnect")
    @Label("Disconnect")
    @Category("Maru")
    @Description("A session has ended")
    @StackTrace(false)
    @SuppressWarnings("unused")
    private static final class Disconnect extends Event {
        @Label("Dialect")
        private @Nullable String dialect;

        @Label("Transport")
        private @Nullable String transport;

        @Label("Reason")
        private @Nullable String reason;
    }

    @Name("io.maru.Broadcast")
    @Label("Broadcast")
    @Category("Maru")
    @Description("An event was given to the members of rooms, or of a namespace")
    @StackTrace(false)
    @SuppressWarnings("unused")
    private static final class BroadcastSent extends Event {
        @Label("Namespace")
        private @Nullable String namespace;

        @Label("Event")
        private @Nullable String event;

        @Label("Recipients")
        private int recipients;

        @Label("Bytes")
        @Description("The size of its arguments, once")
        @DataAmount
        private long bytes;
    }

    @Name("io.maru.SlowHandler")
    @Label("Slow Handler")
    @Category("Maru")
    @Description("The handlers of an event took longer than the option slowHandler says")
    @StackTrace(false)
    @SuppressWarnings("unused")
    private static final class SlowHandler extends Event {
        @Label("Namespace")
        private @Nullable String namespace;

        @Label("Event")
        private @Nullable String event;

        @Label("Handler Time")
        @Timespan(Timespan.NANOSECONDS)
        private long handlerTime;

        @Label("Failed")
        private boolean failed;
    }

    @Name("io.maru.LoopBlocked")
    @Label("Loop Blocked")
    @Category("Maru")
    @Description("A handler holds an event loop")
    @StackTrace(false)
    @SuppressWarnings("unused")
    private static final class LoopBlocked extends Event {
        @Label("Loop")
        private int loop;

        @Label("Blocked For")
        @Timespan(Timespan.NANOSECONDS)
        private long blockedFor;

        @Label("In")
        private @Nullable String in;
    }
}
