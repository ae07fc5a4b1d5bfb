package io.maru.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages name as shown by a test is shown by one that is there. */
class DocumentedTestsTest {

    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*Test)\\.(\\w+)`");
    private static final Pattern METHOD =
            Pattern.compile("^ {4}(?:public )?(?:void|Stream<DynamicNode>) (\\w+)\\(", Pattern.MULTILINE);
    private static final Path ROOT = root();

    // classes of one name can be in several packages
    private static Map<String, Set<String>> methods = Map.of();

    private static Path root() {
        // the module's folder, where one is told
        for (Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            if (Files.exists(folder.resolve("docs/promises.md"))) {
                return folder;
            }
        }
        throw new AssertionError("no folder above has docs/promises.md");
    }

    @BeforeAll
    static void readTheTests() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path folder : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(folder)) {
                    sources.addAll(files.filter(file -> file.toString().endsWith("Test.java"))
                            .toList());
                }
            }
        }
        methods = sources.stream()
                .collect(Collectors.toMap(
                        file -> file.getFileName().toString().replace(".java", ""),
                        file -> new TreeSet<>(METHOD.matcher(read(file))
                                .results()
                                .map(method -> method.group(1))
                                .toList()),
                        (one, other) -> {
                            one.addAll(other);
                            return one;
                        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"features.md", "limits.md", "promises.md", "threats.md"})
    void areThere(String page) {
        Set<String> named = new TreeSet<>();
        Set<String> missing = new TreeSet<>();
        Matcher matcher = NAMED.matcher(read(ROOT.resolve("docs").resolve(page)));
        while (matcher.find()) {
            named.add(matcher.group());
            if (!methods.getOrDefault(matcher.group(1), Set.of()).contains(matcher.group(2))) {
                missing.add(matcher.group());
            }
        }
        assertThat(missing)
                .as("tests that %s names and that are not there", page)
                .isEmpty();
        if (!page.equals("limits.md")) { // which need not name any
            assertThat(named).isNotEmpty();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
