package io.maru.server;

/**
 * What limits have brought about since the beginning: see {@code docs/limits.md}.
 *
 * @param droppedNewest messages that were dropped since too much waited for their client
 * @param droppedOldest messages that were dropped for later ones, since too much waited for their client
 * @param coalesced messages that a later one of the same key has replaced before the client took them
 */
public record LimitStats(long droppedNewest, long droppedOldest, long coalesced) {}
