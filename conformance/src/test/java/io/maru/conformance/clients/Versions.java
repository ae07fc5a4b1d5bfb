package io.maru.conformance.clients;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Properties;
import org.json.JSONException;
import org.json.JSONObject;

/** The versions of other people's libraries that the tests are run with. */
final class Versions {

    private Versions() {}

    /** What {@code package.json} pins. */
    static String npm(String name) {
        try {
            String text = Files.readString(NodeScripts.SOURCES.resolve("package.json"));
            return new JSONObject(text).getJSONObject("dependencies").getString(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JSONException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the library says of itself. */
    static String maven(String group, String name) {
        String path = "/META-INF/maven/" + group + '/' + name + "/pom.properties";
        try (InputStream in = Versions.class.getResourceAsStream(path)) {
            Properties properties = new Properties();
            properties.load(Objects.requireNonNull(in, path));
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
