package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StartOrderTest {

    @Test
    @DisplayName("L-02 children start one after another in the order of declaration, then the parent's onStart runs")
    void childrenStartInOrderAndThenTheParent() {
        // Given
        TestService root = TestService.root();
        TestService a = root.child("a");
        TestService b = root.child("b");
        TestService c = root.child("c");
        List<List<State>> seen = new ArrayList<>();
        TestService.Step look = self -> seen.add(List.of(a.state(), b.state(), c.state(), root.state()));
        a.whenStarting(look);
        b.whenStarting(look);
        c.whenStarting(self -> {
            look.run(self);
            self.markDegraded("no line yet");
        });
        root.whenStarting(look);

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
        TestService root = TestService.root();
        TestService a = root.child("a").whenStarting(self -> self.deferReadiness());
        TestService b = root.child("b").whenStarting(self -> a.awaitReady(java.time.Duration.ofSeconds(5)));
        a.whenStarting(self -> {
            self.deferReadiness();
            self.task("connect", self::markReady);
        });

        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThat(b.state()).isEqualTo(State.READY);
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }
}
