package io.maru.server;

import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The observers of a server. Whoever has something to tell asks first whether somebody listens, so that it costs one read
 * where nobody does. Safe for any thread.
 */
final class Observers {

    private static final Logger log = LoggerFactory.getLogger(MaruServer.class);

    /** One observer, and whether it has failed before. */
    private static final class Place {
        final ServerObserver observer;
        volatile boolean failed;

        Place(ServerObserver observer) {
            this.observer = observer;
        }
    }

    // replaced under the lock of this, never changed
    private volatile Place[] places;

    Observers(List<ServerObserver> observers) {
        places = observers.stream().map(Place::new).toArray(Place[]::new);
    }

    /** Whether somebody listens. */
    boolean listen() {
        return places.length > 0;
    }

    synchronized void add(ServerObserver observer) {
        List<Place> more = new ArrayList<>(List.of(places));
        more.add(new Place(observer));
        places = more.toArray(Place[]::new);
    }

    synchronized void remove(ServerObserver observer) {
        List<Place> fewer = new ArrayList<>(List.of(places));
        fewer.removeIf(place -> place.observer == observer);
        places = fewer.toArray(Place[]::new);
    }

    void tell(Consumer<ServerObserver> event) {
        for (Place place : places) {
            try {
                event.accept(place.observer);
            } catch (RuntimeException | Error e) {
                if (!place.failed) { // more than once, when threads meet here
                    place.failed = true;
                    log.error(
                            "the observer {} failed; it goes on, and is not logged again",
                            place.observer.getClass(),
                            e);
                }
            }
        }
    }

    /** Lets the JDK's flight recorder listen while it records, where the JDK has one; gives what ends that. */
    Runnable attachFlightRecorder(Duration slow) {
        try {
            return FlightEvents.attach(this, slow);
        } catch (LinkageError e) {
            log.debug("no flight recorder: the module jdk.jfr is not there");
            return () -> {};
        }
    }

    /** Whoever waits for an answer, with a watch in hand; the question goes out now. */
    PendingAcks.Waiting timed(Socket socket, PendingAcks.Waiting waiting) {
        long asked = System.nanoTime();
        return new PendingAcks.Waiting() {
            @Override
            public void answered(Payload answer) {
                long nanos = System.nanoTime() - asked;
                tell(observer -> observer.answered(socket, nanos));
                waiting.answered(answer);
            }

            @Override
            public void failed(Throwable cause) {
                waiting.failed(cause);
            }
        };
    }
}
