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

    private static Status child(Service of, int index) {
        return of.status().children().get(index);
    }

    @Test
    @DisplayName(
            "S-01 a child that fails is stopped fully and started again after the backoff; its siblings are untouched")
    void restartsAlone() {
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

            // Then it has stopped, and waits
            assertThat(root.events).containsExactly("b onStop");
            assertThat(closed).containsExactly("resource");
            assertThat(b.status().state()).isEqualTo(State.FAILED);
            assertThat(b.status().tasks()).isZero();
            assertThat(b.status().nextRestartIn())
                    .get()
                    .satisfies(left -> assertThat(left).isBetween(Duration.ofMillis(100), Duration.ofMillis(125)));
            assertThat(tree.ginkgo().status().state()).isEqualTo(State.READY);
            assertThat(tree.ginkgo().status().notReady()).containsExactly("test-service/b: FAILED, boom");

            // When the backoff has gone by
            clock.advance(Duration.ofMillis(125));

            // Then it is back, and nothing else has moved
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
    void quietPeriod() {
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

            // When the period is just not quiet enough
            clock.advance(Duration.ofMinutes(1));
            child.failingTask("boom");
            clock.awaitIdle();
            assertThat(child.status().nextRestartIn().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofMillis(3_200));

            // When it is
            clock.advance(Duration.ofMinutes(1).plusNanos(1));
            child.failingTask("boom");
            clock.awaitIdle();
            assertThat(child.status().nextRestartIn().orElseThrow())
                    .isBetween(Duration.ofMillis(100), Duration.ofMillis(125));
            assertThat(tree.ginkgo().status().state()).isEqualTo(State.READY);
        }
    }

    @Test
    @DisplayName("S-05 a child that ends normally is STOPPED, is not restarted, and holds up nobody's readiness")
    void transientWork() {
        // Given
        TestService child = root.child("a", new TestService("a", root.events), Supervision.restartAll());
        TestService other = root.child("b", new TestService("b", root.events), Supervision.restartAll());
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.events.clear();

            // When its work is done
            child.task("work", child::stop);
            clock.advance(Duration.ofMinutes(5));

            // Then
            assertThat(root.events).containsExactly("a onStop");
            assertThat(child.status().state()).isEqualTo(State.STOPPED);
            assertThat(child.status().restarts()).isZero();
            assertThat(tree.ginkgo().status().ready()).isTrue();
            assertThatThrownBy(() -> child.awaitReady(Duration.ofDays(1))).isInstanceOf(NotReadyException.class);

            // When a sibling's failure restarts all, then it is not raised from the dead
            other.failingTask("boom");
            clock.advance(Duration.ofMinutes(5));
            assertThat(root.events).containsExactly("a onStop", "b onStop", "b onStart");
        }
    }

    @Test
    @DisplayName("S-01 a restart that fails counts as a failure, and is tried again")
    void restartFails() {
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
    @DisplayName("S-01 stopping a child of a service that restarts stops that child alone: the restart goes on")
    void stopBelowARestart() {
        // Given: a grandchild that waits in its second start
        TestService child = root.child(
                "a", new TestService("a", root.events), Supervision.restart().backoff(Duration.ZERO, Duration.ZERO));
        TestService below = child.child("below", new TestService("below", root.events));
        below.whenStarting(_ -> {
            if (below.starts.get() == 2) {
                below.blockForever();
            }
        });
        Ginkgo ginkgo = Ginkgo.start(root);
        child.failingTask("boom");
        await().until(() -> below.starts.get() == 2);

        // When
        below.stop();

        // Then
        await().until(() -> child.status().state() == State.READY);
        assertThat(below.status().state()).isEqualTo(State.STOPPED);
        assertThat(child.status().restarts()).isEqualTo(1);
        assertThat(ginkgo.status().ready()).isTrue();
        ginkgo.stop();
    }

    /** What must not survive a failure is in the object. */
    private final class Fresh extends Service {
        final Setting<Integer> size = setting("size", 1);
        final int number = made.incrementAndGet();

        void fails() {
            spawn("work", () -> {
                throw new IllegalStateException("boom");
            });
        }

        @Override
        protected void onStart() {
            root.events.add("fresh " + number + " of size " + size.get());
            newest = this;
        }
    }

    private final AtomicInteger made = new AtomicInteger();
    private volatile @Nullable Fresh newest;

    @Test
    @DisplayName("S-01 restart(supplier) gives a fresh object at the same place, bound to the same table")
    void freshObject() throws Exception {
        // Given
        Fresh first = root.child("fresh", new Fresh(), Supervision.restart(Fresh::new));
        try (TestTree<TestService> tree = TestTree.start(root, clock, "[fresh]\nsize = 7")) {
            // When
            first.fails();
            clock.advance(Duration.ofSeconds(1));

            // Then
            assertThat(root.events).containsExactly("fresh 1 of size 7", "root onStart", "fresh 2 of size 7");
            Status now = child(root, 0);
            assertThat(now.path()).isEqualTo("test-service/fresh");
            assertThat(now.state()).isEqualTo(State.READY);
            assertThat(now.restarts()).isEqualTo(1);
            assertThat(root.status().children()).hasSize(1);
            first.awaitStopped(); // the old one is nobody's any more

            // When it is reloaded, and fails again, then the same table still holds
            assertThat(tree.reload("[fresh]\nsize = 9").problems()).isEmpty();
            assertThat(tree.ginkgo().settings().stream().filter(s -> s.fullKey().equals("fresh.size")))
                    .hasSize(1);
            requireNonNull(newest).fails();
            clock.advance(Duration.ofSeconds(1));
            assertThat(root.events).endsWith("fresh 3 of size 9");
            assertThat(child(root, 0).restarts()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName(
            "S-01 a supplier that throws, gives null or the same object again is a failure like any other: it is never silent")
    void badSupplier() throws Exception {
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

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what a careless supplier does
    private static <S extends Service> S nothing() {
        return (S) null;
    }
}
