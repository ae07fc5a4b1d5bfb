package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.Version;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which transport is chosen. */
class TransportsTest {

    @Test
    void takesEpollWhereItIs() {
        assertThat(Transports.choose(NetworkOptions.Transport.AUTO).description())
                .isEqualTo("epoll (available)");
        assertThat(Transports.choose(NetworkOptions.Transport.EPOLL).description())
                .isEqualTo("epoll (asked for)");
        assertThat(Transports.choose(NetworkOptions.Transport.NIO).description())
                .isEqualTo("NIO (asked for)");
    }

    @Test
    void doesWithoutTheClassesOfEpoll() throws Exception {
        Class<?> transports = Class.forName("io.maru.server.netty.Transports", true, new WithoutEpoll());
        Class<?> kind =
                Class.forName("io.maru.server.netty.NetworkOptions$Transport", true, transports.getClassLoader());
        Method choose = transports.getDeclaredMethod("choose", kind);
        choose.setAccessible(true);
        assertThat(choose.invoke(null, kind.getField("AUTO").get(null)).toString())
                .contains("NIO (epoll is not available: netty-transport-classes-epoll is not on the class path)");
        assertThatThrownBy(() -> choose.invoke(null, kind.getField("EPOLL").get(null)))
                .rootCause()
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesNativesOfAnotherVersion(@TempDir Path folder) throws IOException {
        assertThat(Transports.mixedVersions(Version.identify())).isNull();
        assertThat(Transports.mixedVersions(identify(folder, "4.2.18.Final", "4.2.18.Final")))
                .isNull();
        assertThat(Transports.mixedVersions(identify(folder, "4.2.20.Final", "4.2.18.Final")))
                .isEqualTo("mixed versions of Netty: netty-transport-classes-epoll 4.2.20.Final,"
                        + " netty-transport-native-epoll 4.2.18.Final");
        assertThat(Transports.mixedVersions(Map.of())).isNull();
    }

    private static Map<String, Version> identify(Path folder, String classes, String natives) throws IOException {
        Path file = folder.resolve("META-INF/io.netty.versions.properties");
        Files.createDirectories(folder.resolve("META-INF"));
        Files.writeString(
                file,
                properties("netty-transport-classes-epoll", classes)
                        + properties("netty-transport-native-epoll", natives));
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

    /** Loads our package anew, and nothing of epoll. */
    private static final class WithoutEpoll extends ClassLoader {

        WithoutEpoll() {
            super(TransportsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.netty.channel.epoll.")) {
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
