package io.maru.server.netty;

/**
 * What has come and gone since the beginning, in bytes. The figures are of about the same moment.
 *
 * @param received what came over WebSockets, frame headers included, after TLS
 * @param httpReceived the bodies of HTTP requests
 * @param httpSent answers to HTTP requests, with their headers, before TLS
 */
public record Traffic(long received, long httpReceived, long httpSent) {}
