package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class EscalationTest {

    @Test
    @DisplayName("S-03 by default the failure of a child escalates immediately up to the root, and the tree stops in"
            + " order")
    void escalatesByDefault() throws Exception {
        // Given
        List<StateChange> changes = new CopyOnWriteArrayList<>();
        TestService root = new TestService("root");
        TestService a = root.child("a", new TestService("a", root.events));
        TestService hub = root.child("hub", new TestService("hub", root.events));
        TestService http = hub.child("http", new TestService("http", root.events));
        Ginkgo ginkgo =
                Ginkgo.of(root).name("gateway").onStateChange(changes::add).start();

        // When
        http.failingTask("boom");
        ginkgo.awaitStopped();

        // Then each service has a reason that names the failed child
        assertThat(root.events)
                .containsExactly(
                        "a onStart",
                        "http onStart",
                        "hub onStart",
                        "root onStart",
                        "http onStop",
                        "hub onStop",
                        "root onStop",
                        "a onStop");
        assertThat(root.status().state()).isEqualTo(State.FAILED);
        assertThat(root.status().reason()).isEqualTo("gateway/hub failed: gateway/hub/http failed: boom");
        assertThat(root.status().failure().orElseThrow())
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("boom");
        assertThat(hub.status().state()).isEqualTo(State.FAILED);
        assertThat(hub.status().reason()).isEqualTo("gateway/hub/http failed: boom");
        assertThat(http.status().reason()).isEqualTo("boom");
        assertThat(a.status().state()).isEqualTo(State.STOPPED);
        assertThat(root.status().tasks()).isZero();
        assertThat(root.status().children()).extracting(Status::restarts).containsOnly(0);
        assertThatThrownBy(() -> http.awaitReady(Duration.ofMinutes(1)))
                .isInstanceOf(NotReadyException.class)
                .hasMessageContaining("gateway/hub/http is FAILED (boom)");
    }

    @Test
    @DisplayName("S-03 a child that fails while its parent's onStart runs fails the start")
    void failsTheStart_whenAChildFailsDuringOnStart() {
        // Given
        TestService root = new TestService("root");
        TestService a = root.child("a", new TestService("a", root.events), Supervision.escalate());
        TestService b = root.child("b", new TestService("b", root.events));
        CountDownLatch never = new CountDownLatch(1);
        root.whenStarting(_ -> {
            a.failingTask("boom");
            never.await();
        });

        // When, Then
        assertThatThrownBy(() -> Ginkgo.start(root))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("test-service/a failed")
                .hasMessageContaining("boom");
        assertThat(root.status().state()).isEqualTo(State.FAILED);
        assertThat(b.status().state()).isEqualTo(State.STOPPED);
        assertThat(root.status().tasks()).isZero();
        assertThat(root.events)
                .startsWith("a onStart", "b onStart", "root onStart")
                .doesNotContain("root onStop")
                .contains("b onStop");
    }

    @Test
    @DisplayName("S-01 a child with restart supervision that fails during its parent's onStart is restarted")
    void restartsAChild_whileTheParentStarts() {
        // Given a parent that waits in onStart for the restart of a child
        TestService root = new TestService("root");
        TestService a = root.child("a", new TestService("a", root.events), Supervision.restart());
        root.whenStarting(_ -> {
            a.failingTask("boom");
            await().until(() -> a.status().restarts() == 1);
            a.awaitReady(Duration.ofSeconds(5));
        });
        // When, Then
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("S-04 a group is not restarted before its parent has started")
    void groupRestartWaits_untilTheParentHasStarted() {
        for (Supervision policy : List.of(Supervision.restartAll(), Supervision.restartRest())) {
            // Given
            TestService root = new TestService("root");
            TestService a = root.child("a", new TestService("a", root.events), policy);
            TestService b = root.child("b", new TestService("b", root.events));
            root.whenStarting(_ -> {
                a.failingTask("boom");
                await().until(() -> a.status().state() == State.FAILED);
            });
            // When
            try (Ginkgo ginkgo = Ginkgo.start(root)) {
                // Then
                await().until(() -> ginkgo.status().ready() && a.status().restarts() == 1);
                assertThat(root.events)
                        .startsWith("a onStart", "b onStart", "root onStart")
                        .contains("b onStop")
                        .endsWith("a onStart", "b onStart");
                assertThat(b.status().state()).isEqualTo(State.READY);
            }
        }
    }

    /** Exception that a restart does not repair. */
    private static class InvalidLicenceException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class ExpiredLicenceException extends InvalidLicenceException {
        private static final long serialVersionUID = 1L;
    }

    private final Supervision unlessInvalid = Supervision.restart()
            .backoff(Duration.ZERO, Duration.ZERO)
            .escalateOn(InvalidLicenceException.class)
            .escalateOn(VirtualMachineError.class);

    @Test
    @DisplayName("L-43 a failure of a type given to escalateOn escalates without a restart, also as a cause and as a"
            + " subclass; any other restarts the child")
    void escalatesOnGivenTypes() throws Exception {
        for (Throwable failure : List.of(
                new ExpiredLicenceException(),
                new IllegalStateException("wrapped", new InvalidLicenceException()),
                new StackOverflowError("deep"))) {
            // Given
            TestService root = new TestService("root");
            TestService child = root.child("child", new TestService("child", root.events), unlessInvalid);
            Ginkgo ginkgo = Ginkgo.start(root);
            child.failingTask("repaired by a restart");
            await().until(() -> child.status().restarts() == 1 && child.status().ready());

            // When
            child.task("work", () -> {
                switch (failure) {
                    case Error error -> throw error;
                    case Exception exception -> throw exception;
                    default -> throw new AssertionError(failure);
                }
            });
            ginkgo.awaitStopped();

            // Then
            assertThat(root.status().reason())
                    .startsWith(
                            "test-service/child failed with an exception after which its supervision does not restart"
                                    + " it: ");
            assertThat(root.status().failure().orElseThrow()).hasCause(failure);
            assertThat(child.starts).hasValue(2);
        }
    }

    @Test
    @DisplayName("L-43 a restart that fails to start with such a failure escalates too")
    void escalatesOnAGivenType_whenARestartFails() throws Exception {
        TestService root = new TestService("root");
        TestService child = root.child("child", new TestService("child", root.events), unlessInvalid);
        Ginkgo ginkgo = Ginkgo.start(root);
        child.whenStarting(_ -> {
            throw new InvalidLicenceException();
        });

        child.failingTask("boom");
        ginkgo.awaitStopped();

        assertThat(root.status().failure().orElseThrow()).rootCause().isInstanceOf(InvalidLicenceException.class);
        assertThat(child.starts).hasValue(2);
    }

    @Test
    @DisplayName("L-43 an exception whose causes form a cycle, or whose getCause() throws, is handled like any other")
    void handlesStrangeCauses() {
        TestService root = new TestService("root");
        TestService child = root.child("child", new TestService("child", root.events), unlessInvalid);
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            IllegalStateException one = new IllegalStateException("one");
            one.initCause(new IllegalStateException("two", one));
            for (RuntimeException failure : List.of(one, new IllegalStateException("throws") {
                private static final long serialVersionUID = 1L;

                @Override
                public synchronized Throwable getCause() {
                    throw new IllegalArgumentException("no cause");
                }
            })) {
                int before = child.status().restarts();
                child.task("work", () -> {
                    throw failure;
                });
                await().dontCatchUncaughtExceptions() // the log calls getCause() too, on the thread of the task
                        .until(() -> child.status().restarts() == before + 1
                                && child.status().ready());
            }
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }
}
