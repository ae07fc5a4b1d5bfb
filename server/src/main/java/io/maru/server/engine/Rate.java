package io.maru.server.engine;

/**
 * How much may come: so much a second in the long run, and more at once after a silence. What is zero has no limit.
 * Immutable.
 *
 * @param messages messages a second
 * @param messageBurst messages at once
 * @param bytes bytes a second
 * @param byteBurst bytes at once; a message that begins within them is taken whole
 */
public record Rate(double messages, int messageBurst, double bytes, long byteBurst) {

    /** Checks the values. */
    public Rate {
        if (!(messages >= 0 && bytes >= 0) || messageBurst < 0 || byteBurst < 0) {
            throw new IllegalArgumentException("a rate of zero or above expected");
        }
        if (messages > 0 && messageBurst == 0 || bytes > 0 && byteBurst == 0) {
            throw new IllegalArgumentException("a burst above zero expected");
        }
    }

    /**
     * A rate of messages.
     *
     * @param perSecond messages a second
     * @param burst messages at once
     * @return the rate
     */
    public static Rate ofMessages(double perSecond, int burst) {
        return new Rate(perSecond, burst, 0, 0);
    }

    /**
     * A rate of bytes.
     *
     * @param perSecond bytes a second
     * @param burst bytes at once
     * @return the rate
     */
    public static Rate ofBytes(double perSecond, long burst) {
        return new Rate(0, 0, perSecond, burst);
    }

    /**
     * This rate with one of bytes.
     *
     * @param perSecond bytes a second
     * @param burst bytes at once
     * @return the rate
     */
    public Rate withBytes(double perSecond, long burst) {
        return new Rate(messages, messageBurst, perSecond, burst);
    }
}
