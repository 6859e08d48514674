package dev.ginkgo.behaviour.lifecycle;

import static dev.ginkgo.lifecycle.State.DEGRADED;
import static dev.ginkgo.lifecycle.State.FAILED;
import static dev.ginkgo.lifecycle.State.NEW;
import static dev.ginkgo.lifecycle.State.READY;
import static dev.ginkgo.lifecycle.State.STARTING;
import static dev.ginkgo.lifecycle.State.STOPPED;
import static dev.ginkgo.lifecycle.State.STOPPING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StateChange;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StateTransitionTest {

    @Test
    @DisplayName("L-01 a state changes only as the transition table allows")
    void allowsOnlyTheTransitionsOfTheTable() {
        Map<State, Set<State>> table = Map.of(
                NEW, EnumSet.of(STARTING, STOPPED),
                STARTING, EnumSet.of(READY, DEGRADED, STOPPING, FAILED),
                READY, EnumSet.of(DEGRADED, STOPPING, FAILED),
                DEGRADED, EnumSet.of(READY, STOPPING, FAILED),
                STOPPING, EnumSet.of(STOPPED, FAILED),
                STOPPED, EnumSet.of(STARTING),
                FAILED, EnumSet.of(STARTING));
        for (State from : State.values()) {
            for (State to : State.values()) {
                assertThat(from.canBecome(to))
                        .as("%s to %s", from, to)
                        .isEqualTo(table.getOrDefault(from, Set.of()).contains(to));
            }
        }
    }

    @Test
    @DisplayName("L-01 every change is reported in order, even if an observer throws")
    void reportsEveryChange() throws InterruptedException {
        // Given
        List<String> reported = new CopyOnWriteArrayList<>();
        List<StateChange> changes = new CopyOnWriteArrayList<>();
        TestService root = TestService.root();
        TestService a = root.child("a").whenStarting(self -> self.markDegraded("not connected"));
        Ginkgo ginkgo = Ginkgo.of(root)
                .onStateChange(change -> {
                    changes.add(change);
                    reported.add(change.path() + " " + change.from() + " " + change.to());
                    throw new AssertionError("an observer that throws");
                })
                .start();

        // When
        a.markReady();
        a.task("work", () -> {
            throw new IOException("lost");
        });
        ginkgo.awaitStopped();

        // Then
        await().until(() -> reported.size() >= 7);
        assertThat(reported)
                .containsExactly(
                        "test-service NEW STARTING",
                        "test-service/a NEW STARTING",
                        "test-service/a STARTING DEGRADED",
                        "test-service STARTING READY",
                        "test-service/a DEGRADED READY",
                        "test-service/a READY FAILED",
                        "test-service READY FAILED");
        assertThat(changes.get(2).reason()).isEqualTo("not connected");
        assertThat(changes.get(5).failure()).get().isInstanceOf(IOException.class);
        await().until(() -> ginkgo.tasks().isEmpty());
    }
}
