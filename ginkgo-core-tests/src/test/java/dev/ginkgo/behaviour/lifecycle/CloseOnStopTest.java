package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.StopException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CloseOnStopTest {

    @Test
    @DisplayName("L-11 resources registered before onStart throws are closed in reverse order")
    void closesResources_whenOnStartFails() {
        TestService root = TestService.root().whenStarting(self -> {
            self.closedOnStop(self.resource("file"));
            self.closedOnStop(self.resource("socket"));
            throw new IllegalArgumentException("third");
        });

        assertThatThrownBy(root::start).isInstanceOf(StartException.class).hasMessageEndingWith("third");

        assertThat(root.events).containsExactly("root onStart", "root closes socket", "root closes file");
    }

    @Test
    @DisplayName("L-11 closeOnStop before onStart throws, closes the resource and gives advice")
    void rejectsRegistration_beforeOnStart() {
        TestService root = TestService.root();

        assertThatThrownBy(() -> root.closedOnStop(root.resource("file")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "closeOnStop was called on test-service before its onStart: a constructor declares, onStart acts,"
                                + " so move the call there");
        assertThat(root.events).containsExactly("root closes file");
    }

    @Test
    @DisplayName("L-11 closeOnStop after the stop began closes the resource and throws")
    void rejectsRegistration_afterTheStopBegan() {
        TestService root = TestService.root();
        root.whenStarting(self -> self.task("accept", () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                assertThatThrownBy(() -> self.closedOnStop(self.resource("accepted")))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("test-service is stopping and accepts no more resources; accepted was closed");
                self.record("rejected");
            }
        }));
        root.start();

        root.stop();

        assertThat(root.events).containsExactly("root onStart", "root onStop", "root closes accepted", "root rejected");
        assertThatThrownBy(() -> root.closedOnStop(root.resource("late")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("test-service is STOPPED: closeOnStop has no effect there");
        assertThat(root.events).endsWith("root closes late");
    }

    @Test
    @DisplayName("L-11 a close that throws or hangs is reported, and the other resources are still closed")
    void closesOtherResources_whenACloseThrowsOrHangs() {
        TestService root = TestService.root()
                .withLifecycle(dev.ginkgo.lifecycle.Lifecycle.standard().stopTimeout(java.time.Duration.ofMillis(100)))
                .whenStarting(self -> {
                    self.closedOnStop(self.resource("first"));
                    self.closedOnStop(new HangingResource());
                    self.closedOnStop(() -> {
                        throw new java.io.IOException("broken");
                    });
                });
        root.start();

        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        assertThat(thrown.getSuppressed()).hasSize(2);
        assertThat(thrown.getSuppressed()[0]).hasRootCauseMessage("broken");
        assertThat(thrown.getSuppressed()[1])
                .hasMessageStartingWith("test-service: closing a hanging resource threw")
                .hasMessageContaining("close had not returned after");
        assertThat(root.events).endsWith("root closes first");
    }

    private static final class HangingResource implements AutoCloseable {
        @Override
        public void close() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                // the thread of the close is abandoned after the timeout
            }
        }

        @Override
        public String toString() {
            return "a hanging resource";
        }
    }
}
