package io.maru.benchmarks.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What was measured: the lines of a file of results. Rounds with a fault are kept apart. */
final class Results {

    private final List<JsonNode> good = new ArrayList<>();
    private final List<JsonNode> faulty = new ArrayList<>();

    private Results() {}

    /** Reads a file; without one there are no results. */
    static Results read(Path file) throws IOException {
        JsonMapper mapper = new JsonMapper();
        Results results = new Results();
        if (!Files.exists(file)) {
            return results;
        }
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank()) {
                JsonNode result = mapper.readTree(line);
                (result.path("ok").asBoolean(false) ? results.good : results.faulty).add(result);
            }
        }
        return results;
    }

    List<JsonNode> good() {
        return good;
    }

    List<JsonNode> faulty() {
        return faulty;
    }

    /** Everything that was measured of one server in one scenario; {@code x} is the point of a series, or -1. */
    private double[] values(String server, String protocol, String scenario, int x, String field) {
        return good.stream()
                .filter(result -> is(result, "server", server)
                        && is(result, "protocol", protocol)
                        && is(result, "scenario", scenario)
                        && (x < 0 || result.path("x").asInt(0) == x))
                .filter(result -> result.has(field))
                .mapToDouble(result -> result.path(field).asDouble(0))
                .toArray();
    }

    OptionalDouble median(String server, String protocol, String scenario, String field) {
        return Numbers.median(values(server, protocol, scenario, -1, field));
    }

    OptionalDouble spread(String server, String protocol, String scenario, String field) {
        return Numbers.spread(values(server, protocol, scenario, -1, field));
    }

    OptionalDouble at(String server, String protocol, String scenario, int x, String field) {
        return Numbers.median(values(server, protocol, scenario, x, field));
    }

    /** The points of a series, in order. */
    List<Integer> points(String protocol, String scenario) {
        TreeSet<Integer> points = new TreeSet<>();
        matching(protocol, scenario)
                .forEach(result -> points.add(result.path("x").asInt(0)));
        return List.copyOf(points);
    }

    /** The servers of which there is something, in the order in which they were measured first. */
    List<String> servers(String protocol, String scenario) {
        return matching(protocol, scenario)
                .map(result -> result.path("server").asString(""))
                .distinct()
                .toList();
    }

    Optional<JsonNode> last() {
        return good.isEmpty() ? Optional.empty() : Optional.of(good.get(good.size() - 1));
    }

    private Stream<JsonNode> matching(String protocol, String scenario) {
        return good.stream().filter(result -> is(result, "protocol", protocol) && is(result, "scenario", scenario));
    }

    private static boolean is(JsonNode result, String field, String value) {
        return result.path(field).asString("").equals(value);
    }
}
