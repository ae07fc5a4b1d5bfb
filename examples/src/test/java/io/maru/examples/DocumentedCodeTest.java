package io.maru.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Java code that pages show is that of the examples: each part of it, between empty lines, stands in one of them. Space and
 * comments may differ.
 */
class DocumentedCodeTest {

    private static final Pattern BLOCK = Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern INLINE = Pattern.compile("`(server\\.webSocket\\([^`]+)`");
    private static final Pattern COMMENT = Pattern.compile("(?<!:)//.*");
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.ko.md", "docs/client.md", "docs/testing.md"})
    void isThatOfAnExample(String page) throws IOException {
        String text = Files.readString(MODULE.resolveSibling(page));
        List<String> parts = Stream.concat(
                        groups(BLOCK, text).flatMap(block -> Stream.of(block.split("\n\\s*\n"))), groups(INLINE, text))
                .toList();
        assertThat(parts).isNotEmpty();

        List<String> sources = sources();
        assertThat(parts)
                .as("parts of %s that stand in no example", page)
                .filteredOn(part -> sources.stream().noneMatch(source -> source.contains(bare(part))))
                .isEmpty();
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(MODULE.resolve("src"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(DocumentedCodeTest::read)
                    .map(DocumentedCodeTest::bare)
                    .toList();
        }
    }

    private static Stream<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1));
    }

    private static String bare(String code) {
        return COMMENT.matcher(code).replaceAll("").replaceAll("\\s", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
