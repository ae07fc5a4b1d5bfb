package io.maru.wire.msgpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.wire.JsonCodec;
import io.maru.wire.WireLimits;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens where {@code msgpack-core}, an optional dependency, is not on the class path. */
class MissingLibraryTest {

    /** Has the classes of the dialects once more, and nothing of the library's. */
    private static final class WithoutLibrary extends ClassLoader {

        WithoutLibrary() {
            super(MsgpackDialect.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.msgpack.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith(MsgpackDialect.class.getPackageName() + ".")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
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

    @Test
    void isSaidWhereADialectIsMade() throws ReflectiveOperationException {
        assertThat(MsgpackDialect.isAvailable()).isTrue();
        ClassLoader loader = new WithoutLibrary();
        for (Class<?> type : List.of(MsgpackDialect.class, MsgpackEnvelopeDialect.class)) {
            Class<?> again = loader.loadClass(type.getName());
            assertThat(again).isNotSameAs(type);
            assertThatThrownBy(() -> again.getConstructor(WireLimits.class, JsonCodec.class)
                            .newInstance(WireLimits.DEFAULTS, JsonCodec.standard()))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("org.msgpack:msgpack-core");
        }
        assertThat(loader.loadClass(MsgpackDialect.class.getName())
                        .getMethod("isAvailable")
                        .invoke(null))
                .isEqualTo(false);
    }
}
