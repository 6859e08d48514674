package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StopException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Objects of the user that cannot be converted to text, because {@code toString} or {@code getMessage} throws. */
@Timeout(10)
class UnprintableObjectsTest {

    /** Exception whose message is built from an object that is not there. */
    private static final class UnprintableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new NullPointerException("detail");
        }
    }

    /** Resource whose {@code close} and {@code toString} throw. */
    private static final class UnprintableResource implements AutoCloseable {
        int closed;

        @Override
        public void close() {
            closed++;
            throw new IllegalStateException("disk full");
        }

        @Override
        public String toString() {
            throw new NullPointerException("path");
        }
    }

    @Test
    @DisplayName("L-70 a stop ends, and reports the failure, if the message of what onStop threw cannot be read")
    void stopEnds_whenAMessageCannotBeRead() {
        // Given
        TestService root = TestService.root().whenStopping(_ -> {
            throw new UnprintableException();
        });
        TestService child = root.child("child");
        root.start();

        // When
        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        // Then
        assertThat(thrown)
                .hasMessage("test-service did not stop cleanly; test-service: onStop threw UnprintableException");
        assertThat(thrown.getSuppressed()[0]).hasCauseInstanceOf(UnprintableException.class);
        assertThat(child.state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("L-70 a stop ends, and closes the other resources, if a resource has no text and its close throws")
    void stopEnds_whenAResourceCannotBePrinted() {
        // Given
        UnprintableResource resource = new UnprintableResource();
        TestService root = TestService.root().whenStarting(self -> {
            self.closedOnStop(self.resource("socket"));
            self.closedOnStop(resource);
        });
        root.start();

        // When
        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        // Then
        assertThat(thrown)
                .hasMessage("test-service did not stop cleanly; test-service: closing UnprintableResource threw"
                        + " java.lang.IllegalStateException: disk full");
        assertThat(resource.closed).isEqualTo(1);
        assertThat(root.events).contains("root closes socket");
    }

    @Test
    @DisplayName("L-70 a resource that is registered too late is closed, also if it has no text")
    void lateResourceIsClosed_whenItCannotBePrinted() {
        // Given
        UnprintableResource resource = new UnprintableResource();
        TestService root = TestService.root();
        root.whenStarting(self -> self.task("accept", () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                assertThatThrownBy(() -> self.closedOnStop(resource))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage(
                                "test-service is stopping and accepts no more resources; UnprintableResource was closed");
                self.record("rejected");
            }
        }));
        root.start();

        // When
        root.stop();

        // Then
        assertThat(root.events).contains("root rejected");
        assertThat(resource.closed).isEqualTo(1);
    }
}
