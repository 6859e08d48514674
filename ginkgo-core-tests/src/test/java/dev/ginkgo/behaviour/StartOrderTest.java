package dev.ginkgo.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StartOrderTest {

    @Test
    @DisplayName("L-02 children start one after another in the order of declaration, then the parent's onStart runs")
    void childrenStartInOrderAndThenTheParent() {
        // Given
        Part root = Part.root();
        Part a = root.child("a");
        Part b = root.child("b");
        Part c = root.child("c");
        List<List<State>> seen = new ArrayList<>();
        Part.Step look = self -> seen.add(List.of(a.state(), b.state(), c.state(), root.state()));
        a.starting(look);
        b.starting(look);
        c.starting(self -> {
            look.run(self);
            self.isDegraded("no line yet");
        });
        root.starting(look);

        // When
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            // Then
            assertThat(root.events).containsExactly("a onStart", "b onStart", "c onStart", "root onStart");
            assertThat(seen)
                    .containsExactly(
                            List.of(State.STARTING, State.NEW, State.NEW, State.STARTING),
                            List.of(State.READY, State.STARTING, State.NEW, State.STARTING),
                            List.of(State.READY, State.READY, State.STARTING, State.STARTING),
                            List.of(State.READY, State.READY, State.DEGRADED, State.STARTING));
            assertThat(ginkgo.status().state()).isEqualTo(State.READY);
        }
    }

    @Test
    @DisplayName("L-02 what a child started is at the service of the next, and of the parent")
    void aReadyChildCanBeAwaitedByTheNext() {
        Part root = Part.root();
        Part a = root.child("a").starting(self -> self.isReadyLater());
        Part b = root.child("b").starting(self -> a.awaitReady(java.time.Duration.ofSeconds(5)));
        a.starting(self -> {
            self.isReadyLater();
            self.spawning("connect", self::isReady);
        });

        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThat(b.state()).isEqualTo(State.READY);
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }
}
