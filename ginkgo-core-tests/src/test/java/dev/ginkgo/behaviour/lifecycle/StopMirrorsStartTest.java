package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StopException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StopMirrorsStartTest {

    @Test
    @DisplayName("L-04 onStop runs while the tasks run; then the tasks end, resources are closed in reverse order, and"
            + " the children stop")
    void stopMirrorsTheStart() {
        // Given
        TestService root = TestService.root();
        AtomicBoolean readyInOnStop = new AtomicBoolean(true);
        for (String name : new String[] {"a", "b"}) {
            root.child(name).whenStarting(self -> self.waitingTask("task"));
        }
        root.whenStarting(self -> {
            self.closedOnStop(self.resource("first"));
            self.closedOnStop(self.resource("second"));
            self.waitingTask("task");
        });
        root.whenStopping(self -> {
            readyInOnStop.set(self.status().ready());
            assertThat(self.status().tasks()).as("the task and this hook").isEqualTo(2);
        });
        Ginkgo ginkgo = Ginkgo.start(root);
        root.events.clear();

        // When
        root.stop();

        // Then
        assertThat(root.events)
                .containsExactly(
                        "root onStop",
                        "root task ends",
                        "root closes second",
                        "root closes first",
                        "b onStop",
                        "b task ends",
                        "a onStop",
                        "a task ends");
        assertThat(readyInOnStop).isFalse();
        assertThat(root.status().children()).allMatch(child -> child.state() == State.STOPPED);
        assertThat(root.state()).isEqualTo(State.STOPPED);
        await().until(() -> ginkgo.tasks().isEmpty());
    }

    @Test
    @DisplayName("L-05 when an onStop throws, the other services still stop, and one StopException carries all errors")
    void otherServicesStop_whenAnOnStopThrows() {
        // Given
        TestService root = TestService.root();
        TestService a = root.child("a").whenStopping(self -> {
            throw new IOException("a failed");
        });
        TestService b = root.child("b").whenStopping(self -> {
            throw new IOException("b failed");
        });
        TestService c = root.child("c");
        root.whenStarting(self -> self.closedOnStop(() -> {
            throw new IOException("not closed");
        }));
        Ginkgo ginkgo = Ginkgo.start(root);
        root.events.clear();

        // When
        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        // Then
        assertThat(root.events).containsExactly("root onStop", "c onStop", "b onStop", "a onStop");
        assertThat(thrown)
                .hasMessageStartingWith("test-service did not stop cleanly; test-service: closing ")
                .hasMessageContaining("test-service/b: onStop threw java.io.IOException: b failed")
                .hasMessageContaining("test-service/a: onStop threw java.io.IOException: a failed");
        assertThat(thrown.getSuppressed())
                .extracting(error -> String.valueOf(error.getCause()))
                .containsExactly(
                        "java.io.IOException: not closed",
                        "java.io.IOException: b failed",
                        "java.io.IOException: a failed");
        assertThat(thrown.leaks()).isEmpty();
        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(root.status().reason()).isEqualTo("stop failed");
        assertThat(a.state()).isEqualTo(State.FAILED);
        assertThat(b.state()).isEqualTo(State.FAILED);
        assertThat(c.state()).isEqualTo(State.STOPPED);
        await().until(() -> ginkgo.tasks().isEmpty());
    }

    @Test
    @DisplayName("L-05 a tree can be started again after a stop that was not clean")
    void startsAgain_afterAFailedStop() {
        TestService root = TestService.root();
        AtomicBoolean bad = new AtomicBoolean(true);
        root.child("a").whenStopping(self -> {
            if (bad.get()) {
                throw new IOException("a failed");
            }
        });
        root.start();
        assertThatThrownBy(root::stop).isInstanceOf(StopException.class);
        bad.set(false);

        root.start();

        assertThat(root.state()).isEqualTo(State.READY);
        assertThat(root.status().failure()).isEmpty();
        root.stop();
        assertThat(root.state()).isEqualTo(State.STOPPED);
    }
}
