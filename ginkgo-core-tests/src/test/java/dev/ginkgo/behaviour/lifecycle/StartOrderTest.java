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
    void childrenStartInOrder_thenTheParent() {
        // Given
        TestService root = TestService.root();
        TestService a = root.child("a");
        TestService b = root.child("b");
        TestService c = root.child("c");
        List<List<State>> states = new ArrayList<>();
        TestService.Step recordStates = self -> states.add(List.of(a.state(), b.state(), c.state(), root.state()));
        a.whenStarting(recordStates);
        b.whenStarting(recordStates);
        c.whenStarting(self -> {
            recordStates.run(self);
            self.markDegraded("not connected yet");
        });
        root.whenStarting(recordStates);

        // When
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            // Then
            assertThat(root.events).containsExactly("a onStart", "b onStart", "c onStart", "root onStart");
            assertThat(states)
                    .containsExactly(
                            List.of(State.STARTING, State.NEW, State.NEW, State.STARTING),
                            List.of(State.READY, State.STARTING, State.NEW, State.STARTING),
                            List.of(State.READY, State.READY, State.STARTING, State.STARTING),
                            List.of(State.READY, State.READY, State.DEGRADED, State.STARTING));
            assertThat(ginkgo.status().state()).isEqualTo(State.READY);
        }
    }

    @Test
    @DisplayName("L-02 what a child started is available to the next child and to the parent")
    void nextChildCanAwaitAReadyChild() {
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
