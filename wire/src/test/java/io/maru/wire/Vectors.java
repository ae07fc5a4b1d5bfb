package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Messages as they go over the wire and what they say, from a resource file. Blocks are separated by an empty line:
 *
 * <pre>
 * # a title
 * &lt;> the text of the message, in both directions (&lt; only read, > only written)
 * + an attachment in hexadecimal digits
 * = the packet: its kind, namespace, acknowledgement id or -, name or message as JSON, and its JSON or -
 * </pre>
 *
 * ␉ ␊ ␍ ␠ and ␞ stand for the characters that they picture.
 */
public final class Vectors {

    private static final JsonMapper JACKSON = new JsonMapper();
    private static final Pattern PACKET =
            Pattern.compile("([A-Z_]+) (\\S+)(?: (-?\\d+|-))?(?: (\"(?:[^\"\\\\]|\\\\.)*\"))?(?: ([\\[{].*))?");

    private static final Pattern STRING_OR_SPACE = Pattern.compile("(\"(?:[^\"\\\\]|\\\\.)*\")|[ \t\r\n]+");

    private Vectors() {}

    /** A message: its text, its attachments, and the packets that it says. */
    public record Vector(
            String title, boolean read, boolean written, String text, List<byte[]> attachments, List<String> packets) {

        public byte[] utf8() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        /** The message, when its text is hexadecimal digits. */
        public byte[] bytes() {
            return HexFormat.of().parseHex(text);
        }

        @Override
        public String toString() {
            return title + ": " + text;
        }
    }

    public static Stream<Vector> load(Class<?> test, String file) {
        try (InputStream in = Objects.requireNonNull(test.getResourceAsStream(file), file)) {
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Pattern.compile("\n\n+")
                    .splitAsStream(all)
                    .map(String::strip)
                    .map(Vectors::block);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Vector block(String block) {
        String title = "";
        String direction = "";
        String text = "";
        List<byte[]> attachments = new ArrayList<>();
        List<String> packets = new ArrayList<>();
        for (String line : block.lines().toList()) {
            int space = line.indexOf(' ');
            String mark = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1);
            switch (mark) {
                case "#" -> title = rest;
                case "<", ">", "<>" -> {
                    direction = mark;
                    text = unpicture(rest);
                }
                case "+" -> attachments.add(HexFormat.of().parseHex(rest));
                case "=" -> packets.add(unpicture(rest));
                default -> throw new AssertionError("a line that is none of # <> + = : " + line);
            }
        }
        assertThat(direction).as("a message in %s", block).isNotEmpty();
        assertThat(packets).as("a packet in %s", block).isNotEmpty();
        return new Vector(title, direction.contains("<"), direction.contains(">"), text, attachments, packets);
    }

    private static String unpicture(String text) {
        return text.replace('␉', '\t')
                .replace('␊', '\n')
                .replace('␍', '\r')
                .replace('␠', ' ')
                .replace('␞', '\u001e');
    }

    /** The packet that a line names. */
    public static Packet packet(String line, List<byte[]> attachments) {
        Matcher m = PACKET.matcher(line);
        assertThat(m.matches()).as("a packet: %s", line).isTrue();
        String namespace = m.group(2);
        long id = m.group(3) == null || m.group(3).equals("-") ? Packet.NO_ACK : Long.parseLong(m.group(3));
        String name = m.group(4) == null ? "" : JACKSON.readValue(m.group(4), String.class);
        Json json = m.group(5) == null ? null : Json.of(m.group(5));
        return switch (m.group(1)) {
            case "CONNECT" -> new Packet.Connect(namespace, json);
            case "CONNECT_ERROR" -> new Packet.ConnectError(namespace, name, json);
            case "DISCONNECT" -> new Packet.Disconnect(namespace);
            case "EVENT" -> new Packet.Event(namespace, name, payload(m.group(5), attachments), id);
            case "ACK" -> new Packet.Ack(namespace, id, payload(m.group(5), attachments));
            case "FAILURE" -> new Packet.Failure(namespace, name);
            default -> throw new AssertionError(line);
        };
    }

    private static Payload payload(String array, List<byte[]> attachments) {
        byte[] text = array.getBytes(StandardCharsets.UTF_8);
        Payload args = Payload.readArray(text, 1, text.length, WireLimits.DEFAULTS, JsonCodec.standard());
        return attachments.isEmpty() ? args : args.withAttachments(attachments);
    }

    /** The line that names a packet. */
    public static String line(@Nullable Packet packet) {
        if (packet == null) {
            return "NOTHING -";
        } else if (packet instanceof Packet.Connect connect) {
            return "CONNECT " + connect.namespace() + json(connect.data());
        } else if (packet instanceof Packet.ConnectError error) {
            return "CONNECT_ERROR " + error.namespace() + name(error.message()) + json(error.data());
        } else if (packet instanceof Packet.Disconnect disconnect) {
            return "DISCONNECT " + disconnect.namespace();
        } else if (packet instanceof Packet.Event event) {
            return "EVENT " + event.namespace() + id(event.ackId()) + name(event.name()) + " " + event.args();
        } else if (packet instanceof Packet.Ack ack) {
            return "ACK " + ack.namespace() + id(ack.ackId()) + " " + ack.args();
        } else if (packet instanceof Packet.Failure failure) {
            return "FAILURE " + failure.namespace() + name(failure.message());
        }
        throw new AssertionError(packet);
    }

    private static String id(long ackId) {
        return " " + (ackId == Packet.NO_ACK ? "-" : Long.toString(ackId));
    }

    private static String name(String name) {
        return " " + new String(JACKSON.writeValueAsBytes(name), StandardCharsets.UTF_8);
    }

    private static String json(@Nullable Json json) {
        return json == null ? "" : " " + json;
    }

    /** The attachments of a packet. */
    public static List<byte[]> attachments(@Nullable Packet packet) {
        return packet instanceof Packet.Event event
                ? event.args().attachments()
                : packet instanceof Packet.Ack ack ? ack.args().attachments() : List.of();
    }

    /** The text of a message. */
    public static String text(Encoded message) {
        Utf8Buffer out = new Utf8Buffer(16);
        message.writeText(out);
        return out.toString();
    }

    /** The line without the white space that is outside of strings, which a dialect may leave out. */
    public static String squeezed(@Nullable Packet packet) {
        return STRING_OR_SPACE.matcher(line(packet)).replaceAll("$1");
    }

    /** What a decoder makes of a message, as the other side reads it. */
    public static @Nullable Packet read(PacketDecoder decoder, Encoded message) {
        if (!message.hasText()) {
            return decoder.binary(message.attachments().get(0).clone());
        }
        Packet packet = decoder.text(text(message).getBytes(StandardCharsets.UTF_8));
        for (byte[] attachment : message.attachments()) {
            assertThat(packet).as("a packet before its last attachment").isNull();
            packet = decoder.binary(attachment.clone());
        }
        return packet;
    }

    /** Checks that something is refused, and answers the refusal. */
    public static WireException refused(WireException.Reason reason, ThrowingCallable what) {
        WireException[] refusal = new WireException[1];
        assertThatThrownBy(what).isInstanceOfSatisfying(WireException.class, e -> {
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
            refusal[0] = e;
        });
        return refusal[0];
    }
}
