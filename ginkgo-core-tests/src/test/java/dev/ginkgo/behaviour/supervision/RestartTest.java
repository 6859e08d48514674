package dev.ginkgo.behaviour.supervision;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class RestartTest {
    private final FakeClock clock = new FakeClock();
    private final TestService root = new TestService("root");

    private static Status child(Service parent, int index) {
        return parent.status().children().get(index);
    }

    @Test
    @DisplayName("S-01 a failed child is stopped completely and started again after the backoff; its siblings are not"
            + " affected")
    void restartsOnlyTheFailedChild() {
        // Given
        List<String> closed = new CopyOnWriteArrayList<>();
        root.child("a", new TestService("a", root.events));
        TestService b = root.child("b", new TestService("b", root.events), Supervision.restart());
        root.child("c", new TestService("c", root.events));
        b.whenStarting(_ -> {
            b.closedOnStop(() -> closed.add("resource"));
            b.task("idle", b::blockForever);
        });
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.events.clear();

            // When
            b.failingTask("boom");
            clock.awaitIdle();

            // Then it has stopped, and waits for the backoff
            assertThat(root.events).containsExactly("b onStop");
            assertThat(closed).containsExactly("resource");
            assertThat(b.status().state()).isEqualTo(State.FAILED);
            assertThat(b.status().tasks()).isZero();
            assertThat(b.status().nextRestartIn())
                    .get()
                    .satisfies(left -> assertThat(left).isBetween(Duration.ofMillis(100), Duration.ofMillis(125)));
            assertThat(tree.ginkgo().status().state()).isEqualTo(State.READY);
            assertThat(tree.ginkgo().status().notReady()).containsExactly("test-service/b: FAILED, boom");

            // When the backoff has passed
            clock.advance(Duration.ofMillis(125));

            // Then it runs again, and nothing else has changed
            assertThat(root.events).containsExactly("b onStop", "b onStart");
            assertThat(b.status().state()).isEqualTo(State.READY);
            assertThat(b.status().failure()).isEmpty();
            assertThat(b.status().restarts()).isEqualTo(1);
            assertThat(b.status().nextRestartIn()).isEmpty();
            assertThat(b.status().tasks()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("S-01 the backoff doubles from its minimum to its maximum, each with at most a quarter of jitter")
    void backoffDoubles() {
        // Given
        TestService child = root.child(
                "a",
                new TestService("a"),
                Supervision.restart()
                        .backoff(Duration.ofMillis(100), Duration.ofSeconds(2))
                        .atMost(20, Duration.ofHours(1)));
        List<Long> pauses = new ArrayList<>();
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {

            // When
            for (int i = 0; i < 8; i++) {
                child.failingTask("boom " + i);
                clock.awaitIdle();
                Duration pause = child.status().nextRestartIn().orElseThrow();
                pauses.add(pause.toMillis());
                clock.advance(pause.minusNanos(1));
                assertThat(child.status().state()).isEqualTo(State.FAILED);
                clock.advance(Duration.ofNanos(1));
                assertThat(child.status().state()).isEqualTo(State.READY);
            }

            // Then
            long[] base = {100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000};
            for (int i = 0; i < base.length; i++) {
                assertThat(pauses.get(i)).isBetween(base[i], base[i] * 5 / 4);
            }
            assertThat(pauses.get(6)).as("jitter").isNotEqualTo(pauses.get(7));
            assertThat(tree.ginkgo().status().children().getFirst().restarts()).isEqualTo(8);
        }
    }

    @Test
    @DisplayName("S-07 after a quiet period longer than the window the backoff starts from its minimum")
    void backoffIsReset_afterAQuietPeriod() {
        Supervision policy = Supervision.restart().atMost(100, Duration.ofMinutes(1));
        TestService child = root.child("a", new TestService("a"), policy);
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            // Given four failures
            for (int i = 0; i < 4; i++) {
                child.failingTask("boom");
                clock.advance(Duration.ofSeconds(2));
            }
            child.failingTask("boom");
            clock.awaitIdle();
            assertThat(child.status().nextRestartIn().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofMillis(1_600));

            // When the quiet period is just too short
            clock.advance(Duration.ofMinutes(1));
            child.failingTask("boom");
            clock.awaitIdle();
            assertThat(child.status().nextRestartIn().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofMillis(3_200));

            // When it is long enough
            clock.advance(Duration.ofMinutes(1).plusNanos(1));
            child.failingTask("boom");
            clock.awaitIdle();
            assertThat(child.status().nextRestartIn().orElseThrow())
                    .isBetween(Duration.ofMillis(100), Duration.ofMillis(125));
            assertThat(tree.ginkgo().status().state()).isEqualTo(State.READY);
        }
    }

    @Test
    @DisplayName("S-05 a child that stops itself is STOPPED, is not restarted, and does not affect readiness")
    void doesNotRestart_aChildThatStoppedItself() {
        // Given
        TestService child = root.child("a", new TestService("a", root.events), Supervision.restartAll());
        TestService other = root.child("b", new TestService("b", root.events), Supervision.restartAll());
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.events.clear();

            // When it stops itself after its work
            child.task("work", child::stop);
            clock.advance(Duration.ofMinutes(5));

            // Then
            assertThat(root.events).containsExactly("a onStop");
            assertThat(child.status().state()).isEqualTo(State.STOPPED);
            assertThat(child.status().restarts()).isZero();
            assertThat(tree.ginkgo().status().ready()).isTrue();
            assertThatThrownBy(() -> child.awaitReady(Duration.ofDays(1))).isInstanceOf(NotReadyException.class);

            // When a sibling's failure restarts the group, then it stays stopped
            other.failingTask("boom");
            clock.advance(Duration.ofMinutes(5));
            assertThat(root.events).containsExactly("a onStop", "b onStop", "b onStart");
        }
    }

    @Test
    @DisplayName("S-01 a restart that fails counts as a failure and is retried")
    void retriesAFailedRestart() {
        // Given
        TestService child = root.child("a", new TestService("a", root.events), Supervision.restart());
        child.whenStarting(_ -> {
            if (child.starts.get() == 2) {
                throw new IllegalStateException("no luck");
            }
        });
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            // When
            child.failingTask("boom");
            clock.advance(Duration.ofMillis(125));

            // Then
            assertThat(child.status().state()).isEqualTo(State.FAILED);
            assertThat(child.status().reason()).isEqualTo("test-service/a did not start: no luck");
            assertThat(child.status().nextRestartIn().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
            clock.advance(Duration.ofMillis(250));
            assertThat(child.status().state()).isEqualTo(State.READY);
            assertThat(root.events).containsExactly("a onStart", "root onStart", "a onStop", "a onStart", "a onStart");
            assertThat(tree.ginkgo().status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("S-01 stopping a child of a restarting service stops only that child, and the restart continues")
    void restartContinues_whenADescendantIsStopped() {
        // Given a grandchild that blocks in its second start
        TestService child = root.child(
                "a", new TestService("a", root.events), Supervision.restart().backoff(Duration.ZERO, Duration.ZERO));
        TestService grandchild = child.child("grandchild", new TestService("grandchild", root.events));
        grandchild.whenStarting(_ -> {
            if (grandchild.starts.get() == 2) {
                grandchild.blockForever();
            }
        });
        Ginkgo ginkgo = Ginkgo.start(root);
        child.failingTask("boom");
        await().until(() -> grandchild.starts.get() == 2);

        // When
        grandchild.stop();

        // Then
        await().until(() -> child.status().state() == State.READY);
        assertThat(grandchild.status().state()).isEqualTo(State.STOPPED);
        assertThat(child.status().restarts()).isEqualTo(1);
        assertThat(ginkgo.status().ready()).isTrue();
        ginkgo.stop();
    }

    /** A service whose state must not survive a failure. */
    private final class Replaceable extends Service {
        final Setting<Integer> size = setting("size", 1);
        final int number = created.incrementAndGet();

        void fail() {
            spawn("work", () -> {
                throw new IllegalStateException("boom");
            });
        }

        @Override
        protected void onStart() {
            root.events.add("fresh " + number + " of size " + size.get());
            latest = this;
        }
    }

    private final AtomicInteger created = new AtomicInteger();
    private volatile @Nullable Replaceable latest;

    @Test
    @DisplayName("S-01 restart(supplier) creates a new object with the same path, bound to the same settings table")
    void createsANewObject() throws Exception {
        // Given
        Replaceable first = root.child("fresh", new Replaceable(), Supervision.restart(Replaceable::new));
        try (TestTree<TestService> tree = TestTree.start(root, clock, "[fresh]\nsize = 7")) {
            // When
            first.fail();
            clock.advance(Duration.ofSeconds(1));

            // Then
            assertThat(root.events).containsExactly("fresh 1 of size 7", "root onStart", "fresh 2 of size 7");
            Status now = child(root, 0);
            assertThat(now.path()).isEqualTo("test-service/fresh");
            assertThat(now.state()).isEqualTo(State.READY);
            assertThat(now.restarts()).isEqualTo(1);
            assertThat(root.status().children()).hasSize(1);
            first.awaitStopped(); // the old object no longer belongs to the tree

            // When it is reloaded and fails again, then the same table still applies
            assertThat(tree.reload("[fresh]\nsize = 9").problems()).isEmpty();
            assertThat(tree.ginkgo().settings().stream().filter(s -> s.fullKey().equals("fresh.size")))
                    .hasSize(1);
            requireNonNull(latest).fail();
            clock.advance(Duration.ofSeconds(1));
            assertThat(root.events).endsWith("fresh 3 of size 9");
            assertThat(child(root, 0).restarts()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("S-01 a supplier that throws, returns null or returns the same object counts as a failure and is"
            + " reported")
    void reportsAFailingSupplier() throws Exception {
        for (String kind : List.of("throws", "null", "same")) {
            TestService parent = new TestService("parent");
            TestService child = new TestService("child");
            Supervision policy = Supervision.restart(() -> switch (kind) {
                        case "throws" -> throw new IllegalStateException("no more objects");
                        case "null" -> nothing();
                        default -> child;
                    })
                    .atMost(2, Duration.ofMinutes(1))
                    .backoff(Duration.ZERO, Duration.ZERO);
            parent.child("a", child, policy);
            Ginkgo ginkgo = Ginkgo.start(parent);

            child.failingTask("boom");
            ginkgo.awaitStopped();

            assertThat(parent.status().state()).as(kind).isEqualTo(State.FAILED);
            assertThat(parent.status().failure().orElseThrow().getMessage())
                    .contains("test-service/a failed 3 times within 60 s", "could not be created again");
        }
    }

    @Test
    @DisplayName(
            "S-09 a supplier that throws an Error counts as a failure: supervision continues, and escalates when the"
                    + " restart intensity is exceeded")
    void continues_whenTheSupplierThrowsAnError() throws Exception {
        // Given a supplier that fails once with an Error, then works once, then fails for ever
        TestService child = new TestService("child");
        TestService replacement = new TestService("replacement");
        AtomicInteger calls = new AtomicInteger();
        Supervision policy = Supervision.restart(() -> {
                    if (calls.incrementAndGet() != 2) {
                        throw new NoClassDefFoundError("Driver");
                    }
                    return replacement;
                })
                .atMost(3, Duration.ofMinutes(1))
                .backoff(Duration.ZERO, Duration.ZERO);
        root.child("a", child, policy);
        Ginkgo ginkgo = Ginkgo.start(root);

        // When
        child.failingTask("boom");
        await().until(() -> replacement.status().state() == State.READY);
        replacement.failingTask("boom");
        ginkgo.awaitStopped();

        // Then
        assertThat(root.status().state()).isEqualTo(State.FAILED);
        assertThat(root.status().failure().orElseThrow().getMessage())
                .contains("test-service/a failed 4 times within 60 s", "could not be created again: Driver");
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // imitates a faulty supplier
    private static <S extends Service> S nothing() {
        return (S) null;
    }

    @Test
    @DisplayName(
            "R-42 a requested restart stops and starts a supervised service at once, and does not count as a failure")
    void requestedRestart_doesNotCount() {
        // Given a child that may not fail even once
        TestService child = root.child(
                "a",
                new TestService("a", root.events),
                Supervision.restart()
                        .backoff(Duration.ofHours(1), Duration.ofHours(1))
                        .atMost(0, Duration.ofHours(9)));
        TestService other = root.child("b", new TestService("b", root.events));
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.events.clear();
            for (int i = 1; i <= 3; i++) {
                // When a restart is requested
                tree.ginkgo().restart("test-service/a");
                clock.awaitIdle();

                // Then it has been stopped and started without a pause
                assertThat(root.events).containsExactly("a onStop", "a onStart");
                assertThat(child.status().state()).isEqualTo(State.READY);
                assertThat(child.status().restarts()).isEqualTo(i);
                assertThat(child.status().lastRecoveredFailure()).isEmpty();
                root.events.clear();
            }
            assertThat(tree.ginkgo().status().ready()).isTrue();

            // And requests that cannot be fulfilled are rejected
            assertThatThrownBy(() -> tree.ginkgo().restart("test-service/none"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("there is no service test-service/none");
            assertThatThrownBy(() -> tree.ginkgo().restart("test-service/b"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("test-service/b cannot be restarted alone");
            child.stop();
            assertThatThrownBy(() -> tree.ginkgo().restart("test-service/a"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("test-service/a is not running, but STOPPED");
            assertThat(other.status().state()).isEqualTo(State.READY);
        }
    }
}
