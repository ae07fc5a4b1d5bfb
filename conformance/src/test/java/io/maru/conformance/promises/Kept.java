package io.maru.conformance.promises;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this JVM keeps.
 *
 * @param heap bytes that are alive
 * @param direct bytes of buffers beside the heap
 */
record Kept(long heap, long direct) {

    private static final Path FILES = Path.of("/proc/self/fd");

    static Kept now() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return new Kept(runtime.totalMemory() - runtime.freeMemory(), PlatformDependent.usedDirectMemory());
    }

    /** How many files and connections are open, where that can be known. */
    static int files() {
        if (!Files.isDirectory(FILES)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(FILES)) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return (heap >> 10) + " KB of heap and " + (direct >> 10) + " KB of buffers";
    }
}
