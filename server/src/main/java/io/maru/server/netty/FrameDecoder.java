package io.maru.server.netty;

import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/** Decodes frames of clients, which must be masked; leaves what a wrong one means to {@link WebSocketHandler}. */
final class FrameDecoder extends WebSocket13FrameDecoder {

    private static final int LONGEST_CONTROL_FRAME = 125;

    FrameDecoder(int maxMessageBytes) {
        super(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                .maxFramePayloadLength(Math.max(maxMessageBytes, LONGEST_CONTROL_FRAME))
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build());
    }

    /** Whether a frame has begun and waits for the rest. */
    boolean isPartial() {
        return actualReadableBytes() > 0;
    }
}
