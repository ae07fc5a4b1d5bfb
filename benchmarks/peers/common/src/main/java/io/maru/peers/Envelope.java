package io.maru.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a plain server must know of a message. It is read by the fastest parser that these libraries bring anyway, and the
 * value of {@code message} is skipped: who passes it on passes on the text that came.
 *
 * @param type {@code join-room}, {@code chat}, {@code echo} or {@code ack}
 * @param roomId the room, or the empty string
 * @param messageId what the callback must name, or 0
 */
public record Envelope(String type, String roomId, long messageId) {

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads a message.
     *
     * @param text an object
     * @return what it says
     */
    public static Envelope read(String text) {
        String type = "";
        String roomId = "";
        long messageId = 0;
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "type" -> type = parser.getText();
                    case "roomId" -> roomId = parser.getText();
                    case "messageId" -> messageId = parser.getLongValue();
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Envelope(type, roomId, messageId);
    }

    /**
     * The answer to a message that has an id.
     *
     * @return the text
     */
    public String callback() {
        return "{\"type\":\"callback\",\"messageId\":" + messageId + "}";
    }
}
