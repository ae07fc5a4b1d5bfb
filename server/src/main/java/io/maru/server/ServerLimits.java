package io.maru.server;

import io.maru.server.engine.Load;
import io.maru.server.engine.Rate;
import io.maru.server.netty.NetworkOptions;
import io.maru.wire.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server lets come about, over all of its clients. Immutable; made by {@link Builder}, whose methods say what each is,
 * by {@link ServerOptions.Builder#limits}.
 *
 * @param maxConnections see {@link Builder#maxConnections}
 * @param maxConnectionsPerAddress see {@link Builder#maxConnectionsPerAddress}
 * @param maxTcpConnections see {@link Builder#maxTcpConnections}
 * @param maxSilentConnections see {@link Builder#maxSilentConnections}
 * @param maxPendingDecisions see {@link Builder#maxPendingDecisions}
 * @param maxDynamicNamespaces see {@link Builder#maxDynamicNamespaces}
 * @param maxRooms see {@link Builder#maxRooms}
 * @param maxPendingRoomEvents see {@link Builder#maxPendingRoomEvents}
 * @param maxQueuedBytes see {@link Builder#maxQueuedBytes}
 * @param connectionRate see {@link Builder#connectionRate}
 * @param addressRate see {@link Builder#addressRate}
 * @param maxRememberedAddresses see {@link Builder#maxRememberedAddresses}
 * @param excess see {@link Builder#excess}
 * @param expiryGrace see {@link Builder#expiryGrace}
 * @param lowWaterMark see {@link Builder#waterMarks}
 * @param highWaterMark see {@link Builder#waterMarks}
 * @param retryAfter see {@link Builder#retryAfter}
 */
public record ServerLimits(
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxTcpConnections,
        int maxSilentConnections,
        int maxPendingDecisions,
        int maxDynamicNamespaces,
        int maxRooms,
        int maxPendingRoomEvents,
        long maxQueuedBytes,
        @Nullable Rate connectionRate,
        @Nullable Rate addressRate,
        int maxRememberedAddresses,
        Excess excess,
        Duration expiryGrace,
        int lowWaterMark,
        int highWaterMark,
        Duration retryAfter) {

    /** Checks the values. */
    public ServerLimits {
        requirePositive(maxConnections, "maxConnections");
        requirePositive(maxConnectionsPerAddress, "maxConnectionsPerAddress");
        requirePositive(maxTcpConnections, "maxTcpConnections");
        requirePositive(maxSilentConnections, "maxSilentConnections");
        requirePositive(maxPendingDecisions, "maxPendingDecisions");
        requirePositive(maxDynamicNamespaces, "maxDynamicNamespaces");
        requirePositive(maxRooms, "maxRooms");
        requirePositive(maxPendingRoomEvents, "maxPendingRoomEvents");
        requirePositive(maxQueuedBytes, "maxQueuedBytes");
        requirePositive(maxRememberedAddresses, "maxRememberedAddresses");
        Objects.requireNonNull(excess, "excess");
        Drain.requireTime(expiryGrace, "expiryGrace");
        requirePositive(lowWaterMark, "waterMarks");
        requirePositive(highWaterMark - lowWaterMark + 1L, "waterMarks");
        requirePositive(Clock.nanos(retryAfter), "retryAfter");
    }

    private static void requirePositive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " above zero, and in order, expected: " + value);
        }
    }

    Load.Limits load() {
        return new Load.Limits(
                maxConnections,
                maxConnectionsPerAddress,
                maxPendingDecisions,
                addressRate,
                maxRememberedAddresses,
                retryAfter);
    }

    NetworkOptions.ConnectionLimits network() {
        return new NetworkOptions.ConnectionLimits(
                maxTcpConnections, maxSilentConnections, lowWaterMark, highWaterMark);
    }

    /** Collects limits. For one thread. */
    public static final class Builder {
        private int maxConnections = 1_000_000;
        private int maxConnectionsPerAddress = Integer.MAX_VALUE;
        private int maxTcpConnections = 2_000_000;
        private int maxSilentConnections = 16_384;
        private int maxPendingDecisions = 10_000;
        private int maxDynamicNamespaces = 100_000;
        private int maxRooms = 1_000_000;
        private int maxPendingRoomEvents = 100_000;
        private long maxQueuedBytes = Runtime.getRuntime().maxMemory() / 2;
        private @Nullable Rate connectionRate;
        private @Nullable Rate addressRate;
        private int maxRememberedAddresses = 100_000;
        private Excess excess = Excess.ANSWER;
        private Duration expiryGrace = Duration.ofSeconds(10);
        private int lowWaterMark = 32 * 1024;
        private int highWaterMark = 64 * 1024;
        private Duration retryAfter = Duration.ofSeconds(10);

        Builder() {}

        /**
         * How many sessions there may be, of all kinds; handshakes that are being decided count. One more is refused with 503
         * and {@code Retry-After}.
         *
         * @param value 1,000,000 unless set
         * @return this
         */
        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        /**
         * How many sessions one address may have; of IPv6 the first 64 bits count. One more is refused with 429 and {@code
         * Retry-After}. Behind a proxy that does not tell the address, all clients have one.
         *
         * @param value any number unless set
         * @return this
         */
        public Builder maxConnectionsPerAddress(int value) {
            maxConnectionsPerAddress = value;
            return this;
        }

        /**
         * How many TCP connections there may be, whatever they are for; a client that polls can have several. One more is
         * closed at once.
         *
         * @param value 2,000,000 unless set
         * @return this
         */
        public Builder maxTcpConnections(int value) {
            maxTcpConnections = value;
            return this;
        }

        /**
         * Of how many TCP connections the headers of a request may be awaited. With one more, the one that has been awaited for
         * the longest time is closed. Loops share the number evenly.
         *
         * @param value 16,384 unless set
         * @return this
         */
        public Builder maxSilentConnections(int value) {
            maxSilentConnections = value;
            return this;
        }

        /**
         * How many decisions of the application may be awaited: of handshake guards, namespace guards and namespaces'
         * middlewares. One handshake more is refused with 503 and {@code Retry-After}, one entry into a namespace more with
         * {@code Server is busy}.
         *
         * @param value 10,000 unless set
         * @return this
         */
        public Builder maxPendingDecisions(int value) {
            maxPendingDecisions = value;
            return this;
        }

        /**
         * How many namespaces clients may have called into being, by patterns and guards. Another name is an invalid
         * namespace. Those that the application has made itself do not count.
         *
         * @param value 100,000 unless set
         * @return this
         * @see ServerOptions.Builder#cleanupEmptyChildNamespaces
         */
        public Builder maxDynamicNamespaces(int value) {
            maxDynamicNamespaces = value;
            return this;
        }

        /**
         * How many rooms there may be, in all namespaces. Who joins one more gets an exception.
         *
         * @param value 1,000,000 unless set
         * @return this
         */
        public Builder maxRooms(int value) {
            maxRooms = value;
            return this;
        }

        /**
         * How many events may wait for the room listeners of one namespace. What happens beyond is not told to them, and
         * counted.
         *
         * @param value 100,000 unless set
         * @return this
         * @see Namespace#onRooms
         */
        public Builder maxPendingRoomEvents(int value) {
            maxPendingRoomEvents = value;
            return this;
        }

        /**
         * How many bytes may be kept for all clients together: what they do not take, and what waits for their handlers. While
         * it is more, handshakes are refused with 503 and {@code Retry-After}; after a second of that, those for whom most is
         * kept are closed, a plain client with 1013. A message for many is kept once, but counts for each of them.
         *
         * @param value half of the JVM's largest heap unless set; {@code Long.MAX_VALUE} for any number
         * @return this
         */
        public Builder maxQueuedBytes(long value) {
            maxQueuedBytes = value;
            return this;
        }

        /**
         * How much one connection may send. Every event and every entry into a namespace is a message; binary attachments count
         * by their bytes.
         *
         * @param value anything unless set
         * @return this
         */
        public Builder connectionRate(Rate value) {
            connectionRate = Objects.requireNonNull(value, "connectionRate");
            return this;
        }

        /**
         * How much all connections of one address together may send; of IPv6 the first 64 bits count.
         *
         * @param value anything unless set
         * @return this
         */
        public Builder addressRate(Rate value) {
            addressRate = Objects.requireNonNull(value, "addressRate");
            return this;
        }

        /**
         * How many addresses without a connection are remembered, for the rate that they have used. They are forgotten when it
         * has recovered; of more, some are forgotten earlier.
         *
         * @param value 100,000 unless set
         * @return this
         */
        public Builder maxRememberedAddresses(int value) {
            maxRememberedAddresses = value;
            return this;
        }

        /**
         * What is done with messages that come faster than a rate allows.
         *
         * @param value they are answered unless set
         * @return this
         */
        public Builder excess(Excess value) {
            excess = Objects.requireNonNull(value, "excess");
            return this;
        }

        /**
         * How long a socket whose time is over stays, so that its client can show a new token.
         *
         * @param value 10 seconds unless set; zero sends it away at once
         * @return this
         * @see Socket#expireAt
         */
        public Builder expiryGrace(Duration value) {
            expiryGrace = Objects.requireNonNull(value, "expiryGrace");
            return this;
        }

        /**
         * When a connection counts as one that does not take what it is sent: {@link Socket#isWritable} and {@link
         * Socket#onDrain} follow these marks.
         *
         * @param low bytes; a connection that holds fewer takes messages again; 32 KiB unless set
         * @param high bytes; a connection that holds more takes none; 64 KiB unless set
         * @return this
         */
        public Builder waterMarks(int low, int high) {
            lowWaterMark = low;
            highWaterMark = high;
            return this;
        }

        /**
         * What a client that is refused for want of room is told to wait, at least; it is told up to twice that, so that not all
         * come again at once.
         *
         * @param value 10 seconds unless set
         * @return this
         */
        public Builder retryAfter(Duration value) {
            retryAfter = Objects.requireNonNull(value, "retryAfter");
            return this;
        }

        ServerLimits build() {
            return new ServerLimits(
                    maxConnections,
                    maxConnectionsPerAddress,
                    maxTcpConnections,
                    maxSilentConnections,
                    maxPendingDecisions,
                    maxDynamicNamespaces,
                    maxRooms,
                    maxPendingRoomEvents,
                    maxQueuedBytes,
                    connectionRate,
                    addressRate,
                    maxRememberedAddresses,
                    excess,
                    expiryGrace,
                    lowWaterMark,
                    highWaterMark,
                    retryAfter);
        }
    }
}
