package dev.ginkgo.behaviour.lifecycle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StatusReadTest {
    private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant CHANGED = STARTED.plusSeconds(1);

    /** Time source that runs an action at the next reading of a clock by a given thread. */
    private static final class InterceptedTime implements TimeSource {
        private record Interception(Thread reader, Runnable action) {}

        final AtomicReference<@Nullable Interception> beforeNow = new AtomicReference<>();
        final AtomicReference<@Nullable Interception> beforeNanos = new AtomicReference<>();
        volatile Instant now = STARTED;

        static void arm(AtomicReference<@Nullable Interception> reading, Runnable action) {
            reading.set(new Interception(Thread.currentThread(), action));
        }

        private static void intercept(AtomicReference<@Nullable Interception> reading) {
            Interception armed = reading.get();
            if (armed != null && armed.reader == Thread.currentThread() && reading.compareAndSet(armed, null)) {
                armed.action.run();
            }
        }

        @Override
        public Instant now() {
            intercept(beforeNow);
            return now;
        }

        @Override
        public long nanos() {
            intercept(beforeNanos);
            return TimeSource.system().nanos();
        }

        @Override
        public void park(long deadline) {
            TimeSource.system().park(deadline);
        }

        @Override
        public void unpark(Thread thread) {
            TimeSource.system().unpark(thread);
        }
    }

    private final InterceptedTime time = new InterceptedTime();
    private final TestService root = TestService.root();

    /** Starts a thread and waits until it has ended or is blocked. */
    private static BackgroundThread runUntilBlocked(BackgroundThread.Action action) {
        BackgroundThread thread = BackgroundThread.run(action);
        await().until(() -> thread.isDone() || thread.isParked());
        return thread;
    }

    @Test
    @DisplayName("L-27 a status that is read during a change shows the service before or after it, never a mixture")
    void showsOneServiceAtOneMoment() {
        try (Ginkgo ginkgo = Ginkgo.of(root).time(time).start()) {
            // Given a reader in the middle of a change
            AtomicReference<@Nullable Status> read = new AtomicReference<>();
            AtomicReference<@Nullable BackgroundThread> reader = new AtomicReference<>();
            time.now = CHANGED;
            InterceptedTime.arm(time.beforeNow, () -> reader.set(runUntilBlocked(() -> read.set(ginkgo.status()))));

            // When
            root.markDegraded("no database");

            // Then
            assertThat(requireNonNull(reader.get()).awaitThrown()).isNull();
            Status status = requireNonNull(read.get());
            assertThat(List.of(status.state(), status.since(), status.reason()))
                    .isIn(List.of(State.READY, STARTED, ""), List.of(State.DEGRADED, CHANGED, "no database"));
        }
    }

    @Test
    @DisplayName("L-27 the status of a tree shows all services at one moment: a tree that was never ready is not shown"
            + " as ready")
    void showsAllServicesAtOneMoment() {
        // Given a root, a child that waits for its restart, and a degraded child
        TestService restarting = root.child(
                "restarting",
                root.detached("restarting"),
                Supervision.restart().backoff(Duration.ofHours(1), Duration.ofHours(1)));
        TestService last = root.child("last");
        last.whenStarting(self -> self.markDegraded("no database"));
        try (Ginkgo ginkgo = Ginkgo.of(root).time(time).start()) {
            restarting.failingTask("broken");
            await().until(() -> restarting.status().nextRestartIn().isPresent());

            // When, while the first child is read, the root becomes degraded and then the last child ready
            AtomicReference<@Nullable BackgroundThread> change = new AtomicReference<>();
            InterceptedTime.arm(
                    time.beforeNanos,
                    () -> change.set(runUntilBlocked(() -> {
                        root.markDegraded("no children");
                        last.markReady();
                    })));
            Status status = ginkgo.status();

            // Then
            assertThat(requireNonNull(change.get()).awaitThrown()).isNull();
            assertThat(List.of(status.state(), status.children().getLast().state()))
                    .isIn(
                            List.of(State.READY, State.DEGRADED),
                            List.of(State.DEGRADED, State.DEGRADED),
                            List.of(State.DEGRADED, State.READY));
        }
    }
}
