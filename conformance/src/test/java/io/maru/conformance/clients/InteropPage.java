package io.maru.conformance.clients;

import io.maru.conformance.clients.InteropClients.Kind;
import io.maru.conformance.clients.InteropClients.Protocol;
import io.maru.conformance.clients.InteropMatrixTest.Check;
import io.maru.conformance.clients.InteropMatrixTest.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The page {@code docs/interop.md}, written from what the matrix has tried. */
final class InteropPage {

    /** One thing that can be tried. */
    record Cell(Side side, Kind kind, Way way, Check check) {

        /** Why it does not apply, or null when it does. */
        @Nullable String lack() {
            if (side == Side.NODE && kind.protocol() == Protocol.ENVELOPE) {
                return "Socket.IO's server does not speak the [envelope](protocol.md)";
            }
            if (!kind.ways().contains(way)) {
                return "The envelope goes over WebSockets only";
            }
            return check.isReturn() && !kind.comesBack() ? "It does not come back by itself" : null;
        }

        private String over() {
            return way == Way.UPGRADE ? "polling → WebSocket" : way == Way.POLLING ? "polling" : "WebSocket";
        }
    }

    private static final String HEAD = """
            # Who works with whom

            Each cell is a test, and this page is written from its result: `InteropMatrixTest` in the module `conformance` fails when they differ. A cell that says *yes*
            was tried with the versions that are named; *base64* is yes, with bytes written as text.

            | tried | how |
            |---|---|
            | text | an event with a text, and its echo: empty, every kind of character, 100,000 letters |
            | bytes | bytes that the server gives back reversed, in an answer and in an event: 0 to 100,000 |
            | client asks, server asks | a question and its answer |
            | namespaces | three namespaces at once, each of which hears its own |
            | after a cut | the connection is reset; the client comes back by itself, and is answered |
            | after a restart | the server stops, and another takes its place; the same |
            """;

    private final List<Cell> cells = new ArrayList<>();
    private final Map<Cell, String> results = new LinkedHashMap<>();

    void add(Cell cell) {
        cells.add(cell);
    }

    void passed(Cell cell, String result) {
        results.put(cell, result);
    }

    String text() {
        StringBuilder text = new StringBuilder(HEAD);
        for (Side side : Side.values()) {
            text.append("\n## With ")
                    .append(
                            side == Side.MARU
                                    ? "Maru"
                                    : "Socket.IO's own server " + Versions.npm("socket.io") + ", on Node")
                    .append("\n\n");
            table(text, cells.stream().filter(cell -> cell.side() == side).toList());
        }
        return text.toString();
    }

    private void table(StringBuilder text, List<Cell> ofSide) {
        Map<String, List<Cell>> rows = new LinkedHashMap<>();
        ofSide.forEach(cell -> rows.computeIfAbsent(cell.kind().name() + " | " + cell.over(), row -> new ArrayList<>())
                .add(cell));
        // reason → client → ways that are not there at all
        Map<String, Map<String, List<String>>> absent = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>();

        text.append("| client | over |");
        for (Check check : Check.values()) {
            text.append(' ').append(check.title).append(" |");
        }
        text.append("\n|---|---|").append("---|".repeat(Check.values().length)).append('\n');
        rows.forEach((name, row) -> {
            Cell first = row.get(0);
            if (row.stream().allMatch(cell -> cell.lack() != null)) {
                absent.computeIfAbsent(String.valueOf(first.lack()), lack -> new LinkedHashMap<>())
                        .computeIfAbsent(first.kind().name(), kind -> new ArrayList<>())
                        .add(first.over());
                return;
            }
            text.append("| ").append(name).append(" |");
            row.forEach(cell -> text.append(' ').append(content(cell, notes)).append(" |"));
            text.append('\n');
        });
        for (int i = 0; i < notes.size(); i++) {
            text.append(i == 0 ? "\n" : "")
                    .append(i + 1)
                    .append(". ")
                    .append(notes.get(i))
                    .append('\n');
        }
        absent.forEach((lack, kinds) -> text.append("\nNot here: ")
                .append(kinds.entrySet().stream()
                        .map(kind -> kind.getKey()
                                + (kind.getValue().size() == Way.values().length
                                        ? ""
                                        : " over " + String.join(" and ", kind.getValue())))
                        .collect(Collectors.joining("; ")))
                .append(". ")
                .append(lack)
                .append(".\n"));
    }

    private String content(Cell cell, List<String> notes) {
        String lack = cell.lack();
        if (lack == null) {
            return results.getOrDefault(cell, "**no**");
        }
        if (!notes.contains(lack)) {
            notes.add(lack);
        }
        return "– (" + (notes.indexOf(lack) + 1) + ')';
    }
}
