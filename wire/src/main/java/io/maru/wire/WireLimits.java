package io.maru.wire;

/**
 * What a decoder takes at the most; beyond it throws a {@link WireException} with {@link WireException.Reason#LIMIT}.
 *
 * @param maxBytes bytes of one packet, its attachments included
 * @param maxAttachments binary attachments of one packet
 * @param maxDepth arrays and objects that may be open at once
 * @param maxNumberLength characters of one number
 * @param maxNameLength bytes of a namespace or event name, as it was sent
 */
public record WireLimits(int maxBytes, int maxAttachments, int maxDepth, int maxNumberLength, int maxNameLength) {

    /** 1,000,000 bytes, 10 attachments, depth 512, numbers of 1,000 characters, names of 256 bytes. */
    public static final WireLimits DEFAULTS = new WireLimits(1_000_000, 10, 512, 1_000, 256);

    /** Refuses limits that would let nothing through. */
    public WireLimits {
        if (maxBytes < 1 || maxAttachments < 0 || maxDepth < 1 || maxNumberLength < 1 || maxNameLength < 1) {
            throw new IllegalArgumentException("limits must be positive: bytes " + maxBytes + ", attachments "
                    + maxAttachments + ", depth " + maxDepth + ", number " + maxNumberLength + ", name "
                    + maxNameLength);
        }
    }

    /**
     * These limits with another for the bytes of a packet.
     *
     * @param bytes the bytes of one packet, its attachments included
     * @return the limits
     */
    public WireLimits withMaxBytes(int bytes) {
        return new WireLimits(bytes, maxAttachments, maxDepth, maxNumberLength, maxNameLength);
    }
}
