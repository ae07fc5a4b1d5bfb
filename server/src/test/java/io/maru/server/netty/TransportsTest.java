package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.uring.IoUring;
import io.netty.util.Version;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which transport is chosen. */
class TransportsTest {

    private static String opened(NetworkOptions.Transport transport) {
        Transports opened = Transports.open(transport, 1, NettyLoop.LoopThread::new);
        opened.group().shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        return opened.description();
    }

    @Test
    void takesWhatIsThere() {
        if (IoUring.isAvailable()) {
            assertThat(opened(NetworkOptions.Transport.AUTO)).isEqualTo("io_uring (available)");
            assertThat(opened(NetworkOptions.Transport.IO_URING)).isEqualTo("io_uring (asked for)");
        } else { // a container can forbid it
            assertThat(opened(NetworkOptions.Transport.AUTO)).startsWith("epoll (io_uring is not available: ");
        }
        assertThat(opened(NetworkOptions.Transport.EPOLL)).isEqualTo("epoll (asked for)");
        assertThat(opened(NetworkOptions.Transport.NIO)).isEqualTo("NIO (asked for)");
    }

    @ParameterizedTest
    @CsvSource({
        "uring,        epoll (io_uring is not available: netty-transport-classes-io_uring is not on the class path)",
        "uring epoll,  NIO (io_uring is not available: netty-transport-classes-io_uring is not on the class path;"
                + " epoll is not available: netty-transport-classes-epoll is not on the class path)",
    })
    void doesWithoutTheClassesOfNatives(String missing, String expected) throws Exception {
        Class<?> transports =
                Class.forName("io.maru.server.netty.Transports", true, new Without(List.of(missing.split(" "))));
        Class<?> kind =
                Class.forName("io.maru.server.netty.NetworkOptions$Transport", true, transports.getClassLoader());
        Method open = transports.getDeclaredMethod("open", kind, int.class, ThreadFactory.class);
        open.setAccessible(true);
        ThreadFactory threads = NettyLoop.LoopThread::new;
        assertThat(open.invoke(null, kind.getField("AUTO").get(null), 1, threads)
                        .toString())
                .contains(expected);
        assertThatThrownBy(() -> open.invoke(null, kind.getField("IO_URING").get(null), 1, threads))
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("transport io_uring is not available: netty-transport-classes-io_uring is not on the"
                        + " class path");
    }

    @Test
    void refusesNativesOfAnotherVersion(@TempDir Path folder) throws IOException {
        for (String name : List.of("epoll", "io_uring")) {
            assertThat(Transports.mixedVersions(name, Version.identify())).isNull();
            assertThat(Transports.mixedVersions(name, identify(folder, name, "4.2.18.Final", "4.2.18.Final")))
                    .isNull();
            assertThat(Transports.mixedVersions(name, identify(folder, name, "4.2.20.Final", "4.2.18.Final")))
                    .isEqualTo(
                            "mixed versions of Netty: netty-transport-classes-NAME 4.2.20.Final,".replace("NAME", name)
                                    + " netty-transport-native-NAME 4.2.18.Final".replace("NAME", name));
            assertThat(Transports.mixedVersions(name, Map.of())).isNull();
        }
    }

    private static Map<String, Version> identify(Path folder, String name, String classes, String natives)
            throws IOException {
        Path file = folder.resolve("META-INF/io.netty.versions.properties");
        Files.createDirectories(folder.resolve("META-INF"));
        Files.writeString(
                file,
                properties("netty-transport-classes-" + name, classes)
                        + properties("netty-transport-native-" + name, natives));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
            return Version.identify(loader);
        }
    }

    private static String properties(String artifact, String version) {
        return """
                A.version=V
                A.buildDate=2026-09-09 16:45:40 +0000
                A.commitDate=2026-09-09 16:23:06 +0000
                A.shortCommitHash=0
                A.longCommitHash=0
                A.repoStatus=clean
                """.replace("A", artifact).replace("V", version);
    }

    /** Loads our package anew, and nothing of some transports. */
    private static final class Without extends ClassLoader {

        private final List<String> transports;

        Without(List<String> transports) {
            super(TransportsTest.class.getClassLoader());
            this.transports = transports;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (transports.stream().anyMatch(transport -> name.startsWith("io.netty.channel." + transport + "."))) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.maru.server.netty.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
