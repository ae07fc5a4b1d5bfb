package io.maru.benchmarks.jmh;

import static io.maru.benchmarks.jmh.Samples.CHAT;
import static io.maru.benchmarks.jmh.Samples.CHAT_OBJECT;

import io.maru.benchmarks.jmh.Samples.Chat;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Payload;
import io.maru.wire.WireLimits;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;

/** Java objects to JSON and back, by Jackson within {@link JsonCodec}; and one field without Jackson. */
public class JsonBenchmark extends Measured {

    private final JsonCodec codec = JsonCodec.standard();
    private final byte[] text = Samples.utf8(CHAT_OBJECT);
    private final Json json = codec.parse(text.clone(), WireLimits.DEFAULTS);
    private final Map<String, String> map = Map.of("roomId", CHAT.roomId(), "message", CHAT.message());

    /**
     * Validates a text.
     *
     * @return the value, whose text is the one that came
     */
    @Benchmark
    public Json parse() {
        return codec.parse(text, WireLimits.DEFAULTS);
    }

    /**
     * Binds a text to a record.
     *
     * @return the record
     */
    @Benchmark
    public @Nullable Chat bindRecord() {
        return json.as(Chat.class);
    }

    /**
     * Binds a text to no stated type: a map.
     *
     * @return the map
     */
    @Benchmark
    public @Nullable Object bindMap() {
        return json.as(Object.class);
    }

    /**
     * Reads one string out of an object.
     *
     * @return the string
     */
    @Benchmark
    public @Nullable String readField() {
        return Objects.requireNonNull(json.get("roomId")).string();
    }

    /**
     * Writes a record.
     *
     * @return the text
     */
    @Benchmark
    public Payload encodeRecord() {
        return codec.encode(CHAT);
    }

    /**
     * Writes a map.
     *
     * @return the text
     */
    @Benchmark
    public Payload encodeMap() {
        return codec.encode(map);
    }

    /**
     * Writes a string and a number, which needs no Jackson.
     *
     * @return the text
     */
    @Benchmark
    public Payload encodeStringAndNumber() {
        return codec.encode(CHAT.message(), 12);
    }
}
