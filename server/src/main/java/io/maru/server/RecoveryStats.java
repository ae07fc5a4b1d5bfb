package io.maru.server;

/**
 * What a server keeps for clients that come back, at one moment.
 *
 * @param recovered sockets that came back and were given all that they had missed
 * @param notRecovered sockets that wanted to come back and began anew: too late, unknown, or some of what they had missed
 *     was not there any more
 * @param evicted events and sessions that were dropped before their time, since there was no room for them
 * @param bytes what is kept now, about
 * @see RecoveryOptions
 */
public record RecoveryStats(long recovered, long notRecovered, long evicted, long bytes) {

    /** Of a server where nobody can come back. */
    static final RecoveryStats NONE = new RecoveryStats(0, 0, 0, 0);
}
