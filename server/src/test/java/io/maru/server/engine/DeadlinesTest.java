package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

    private final ManualLoop loop = new ManualLoop();
    private final List<String> due = new ArrayList<>();
    private final Deadlines<String> deadlines =
            new Deadlines<>(loop, Duration.ofMillis(100).toNanos(), due::add);

    private Deadlines.Node<String> add(String name) {
        Deadlines.Node<String> node = new Deadlines.Node<>(name);
        loop.turn(() -> deadlines.add(node));
        return node;
    }

    @Test
    void judgesInTheOrderOfAddingEachAtItsTime() {
        add("a");
        loop.advance(Duration.ofMillis(50));
        add("b");
        loop.advance(Duration.ofMillis(49));
        assertThat(due).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(due).containsExactly("a");
        loop.advance(Duration.ofMillis(50));
        assertThat(due).containsExactly("a", "b");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void forgetsWhatIsRemoved() {
        Deadlines.Node<String> first = add("first");
        Deadlines.Node<String> middle = add("middle");
        add("last");
        loop.turn(middle::remove);
        loop.turn(first::remove);
        loop.turn(first::remove);
        assertThat(first.isListed()).isFalse();
        loop.advance(Duration.ofMillis(100));

        assertThat(due).containsExactly("last");
    }

    @Test
    void countsFromTheLastAdding() {
        Deadlines.Node<String> node = add("a");
        loop.advance(Duration.ofMillis(60));
        loop.turn(() -> deadlines.add(node));
        loop.advance(Duration.ofMillis(60));
        assertThat(due).isEmpty();
        loop.advance(Duration.ofMillis(40));
        assertThat(due).containsExactly("a");
    }

    @Test
    void servesWhatFallsDueCloseTogetherWithOneTimer() {
        for (int i = 0; i < 5; i++) {
            add("a" + i);
            loop.advance(Duration.ofMillis(1));
        }
        assertThat(loop.timers()).isEqualTo(1);
        loop.advance(Duration.ofMillis(95));
        assertThat(due).containsExactly("a0");
        loop.advance(Duration.ofMillis(5));
        assertThat(due).hasSize(5);
    }

    @Test
    void judgesTheRestInTimeWhenOneIsAddedAgainWhileItIsJudged() {
        List<Deadlines.Node<String>> nodes = new ArrayList<>();
        List<Deadlines<String>> list = new ArrayList<>();
        list.add(new Deadlines<>(loop, Duration.ofMillis(100).toNanos(), name -> {
            due.add(name);
            list.get(0).add(nodes.get(0));
        }));
        nodes.add(new Deadlines.Node<>("again"));
        loop.turn(() -> list.get(0).add(nodes.get(0)));
        loop.advance(Duration.ofMillis(50));
        loop.turn(() -> list.get(0).add(new Deadlines.Node<>("other")));
        loop.advance(Duration.ofMillis(50));
        assertThat(due).containsExactly("again");

        loop.advance(Duration.ofMillis(50));

        assertThat(due).containsExactly("again", "other");
    }

    @Test
    void judgesTheRestWhenOneFails() {
        Deadlines<String> failing = new Deadlines<>(loop, Duration.ofMillis(100).toNanos(), name -> {
            due.add(name);
            if (name.equals("bad")) {
                throw new IllegalStateException("bad");
            }
        });
        loop.turn(() -> failing.add(new Deadlines.Node<>("bad")));
        loop.turn(() -> failing.add(new Deadlines.Node<>("good")));
        assertThatThrownBy(() -> loop.advance(Duration.ofMillis(100))).hasMessage("bad");
        loop.advance(Duration.ofMillis(5));

        assertThat(due).containsExactly("bad", "good");
    }

    @Test
    void givesAGracePeriodAfterAPauseOfTheLoop() {
        Deadlines.Node<String> heard = add("heard");
        add("silent");
        loop.stall(Duration.ofMillis(501));
        assertThat(due).isEmpty();
        loop.turn(heard::remove);
        loop.advance(Duration.ofMillis(99));
        assertThat(due).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(due).containsExactly("silent");
    }

    @Test
    void givesNoGraceForAShortDelay() {
        add("a");
        loop.stall(Duration.ofMillis(500));

        assertThat(due).containsExactly("a");
    }
}
