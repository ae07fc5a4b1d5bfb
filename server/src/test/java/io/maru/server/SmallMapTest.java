package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** As a map of the JDK's, whatever is done to it. */
class SmallMapTest {

    @Test
    void doesWhatAHashMapDoes() {
        Random random = new Random(11);
        for (int run = 0; run < 200; run++) {
            SmallMap<String> small = new SmallMap<>();
            Map<String, @Nullable String> model = new HashMap<>();
            int names = 1 + random.nextInt(4);
            for (int step = 0; step < 50; step++) {
                String name = "n" + random.nextInt(names);
                switch (random.nextInt(6)) {
                    case 0, 1 -> {
                        String value = random.nextInt(4) == 0 ? null : "v" + step;
                        small.put(name, value);
                        model.put(name, value);
                    }
                    case 2 -> assertThat(small.remove(name)).isEqualTo(model.remove(name));
                    case 3 -> {
                        if (random.nextInt(10) == 0) {
                            small.clear();
                            model.clear();
                        }
                    }
                    default -> assertThat(small.get(name)).isEqualTo(model.get(name));
                }
                assertThat(small.contains(name)).isEqualTo(model.containsKey(name));
                assertThat(small.size()).isEqualTo(model.size());
                assertThat(small.names()).containsExactlyInAnyOrderElementsOf(model.keySet());
                assertThat(small.values())
                        .containsExactlyInAnyOrderElementsOf(
                                model.values().stream().filter(v -> v != null).toList());
            }
        }
    }
}
