package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class GroupRestartTest {
    private final FakeClock clock = new FakeClock();
    private final TestService root = new TestService("root");

    private List<TestService> children(Supervision policy, String... names) {
        List<TestService> all = new ArrayList<>();
        for (String name : names) {
            all.add(root.child(name, new TestService(name, root.events), policy));
        }
        return all;
    }

    @Test
    @DisplayName("S-04 one-for-all: every child is stopped in reverse order and started in order")
    void oneForAll() {
        List<TestService> all = children(Supervision.restartAll(), "a", "b", "c", "d");
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.events.clear();

            all.get(1).failingTask("boom");
            clock.awaitIdle();
            assertThat(root.events)
                    .containsExactly(
                            "b onStop", "d onStop", "c onStop", "a onStop"); // the failed child has stopped already
            assertThat(root.status().children())
                    .extracting(Status::state)
                    .containsExactly(State.STOPPED, State.FAILED, State.STOPPED, State.STOPPED);

            root.events.clear();
            clock.advance(Duration.ofSeconds(1));
            assertThat(root.events).containsExactly("a onStart", "b onStart", "c onStart", "d onStart");
            assertThat(tree.ginkgo().status().ready()).isTrue();
            assertThat(root.status().children()).extracting(Status::restarts).containsExactly(0, 1, 0, 0);
        }
    }

    @Test
    @DisplayName("S-04 rest-for-one: the failed child and those after it are stopped in reverse order and started in"
            + " order")
    void restForOne() {
        List<TestService> all = children(Supervision.restartRest(), "a", "b", "c", "d");
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.events.clear();

            all.get(1).failingTask("boom");
            clock.awaitIdle();
            assertThat(root.events).containsExactly("b onStop", "d onStop", "c onStop");

            root.events.clear();
            clock.advance(Duration.ofSeconds(1));
            assertThat(root.events).containsExactly("b onStart", "c onStart", "d onStart");
            assertThat(tree.ginkgo().status().ready()).isTrue();
        }
    }

    @RepeatedTest(200)
    @DisplayName("S-04 siblings that fail at the same moment are all restarted")
    void restartsSiblings_thatFailTogether() {
        Supervision policy = Supervision.restartAll()
                .backoff(Duration.ZERO, Duration.ofMillis(1))
                .atMost(100, Duration.ofMinutes(1));
        List<TestService> all = children(policy, "a", "b", "c");
        Ginkgo ginkgo = Ginkgo.start(root);
        CountDownLatch together = new CountDownLatch(1);
        for (TestService each : all) {
            each.task("work", () -> {
                together.await();
                throw new IllegalStateException("boom");
            });
        }

        together.countDown();

        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> ginkgo.status().ready() && all.stream().allMatch(each -> each.starts.get() > 1));
        ginkgo.stop();
    }

    @Test
    @DisplayName("S-04 if a child fails again during the group's restart, the group is stopped again, in order")
    void stopsTheGroupAgain_whenAChildFailsDuringTheRestart() {
        // Given that c fails once, in the restart of the group
        List<TestService> all = children(Supervision.restartAll(), "a", "b", "c", "d");
        TestService c = all.get(2);
        c.whenStarting(_ -> {
            if (c.starts.get() == 2) {
                throw new IllegalStateException("no luck");
            }
        });
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.events.clear();

            // When
            all.get(0).failingTask("boom");
            clock.advance(Duration.ofSeconds(5));

            // Then
            assertThat(root.events)
                    .containsExactly(
                            "a onStop",
                            "d onStop",
                            "c onStop",
                            "b onStop",
                            "a onStart",
                            "b onStart",
                            "c onStart",
                            "b onStop",
                            "a onStop",
                            "a onStart",
                            "b onStart",
                            "c onStart",
                            "d onStart");
            assertThat(tree.ginkgo().status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("S-04 if a restarted child fails while the others still start, the whole group is restarted again")
    void restartsTheGroupAgain_whenARestartedChildFails() {
        // Given that b blocks in the restart, and a fails at that time
        List<TestService> all = children(Supervision.restartAll(), "a", "b", "c");
        TestService a = all.get(0);
        TestService b = all.get(1);
        b.whenStarting(_ -> {
            if (b.starts.get() == 2) {
                a.failingTask("again");
                b.blockForever();
            }
        });
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.events.clear();

            // When
            a.failingTask("boom");
            clock.advance(Duration.ofMillis(125));

            // Then
            assertThat(root.events)
                    .containsExactly("a onStop", "c onStop", "b onStop", "a onStart", "b onStart", "a onStop");
            assertThat(b.status().state()).isEqualTo(State.STOPPED);
            root.events.clear();
            clock.advance(Duration.ofSeconds(5));
            assertThat(root.events).containsExactly("a onStart", "b onStart", "c onStart");
            assertThat(tree.ginkgo().status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("S-04 stopping one child of a group during the backoff excludes only that child: the others are"
            + " restarted")
    void restartsTheOthers_whenOneChildIsStopped() {
        for (int stopped = 0; stopped < 3; stopped++) {
            // Given
            TestService parent = new TestService("parent");
            List<TestService> all = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                all.add(parent.child(name, new TestService(name, parent.events), Supervision.restartAll()));
            }
            try (TestTree<TestService> tree = TestTree.start(parent, clock)) {
                all.get(1).failingTask("boom");
                clock.awaitIdle();
                parent.events.clear();

                // When
                all.get(stopped).stop();
                clock.advance(Duration.ofSeconds(5));

                // Then
                List<String> expected = new ArrayList<>(List.of("a onStart", "b onStart", "c onStart"));
                expected.remove(stopped);
                assertThat(parent.events).containsExactlyElementsOf(expected);
                assertThat(tree.ginkgo().tasks()).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("a group whose child fails while the parent is starting is restarted when all children have started")
    void failureDuringTheStart_restartsTheGroupAfterIt() throws Exception {
        // Given a child that fails while the next one is starting
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<TestService> all = children(Supervision.restartAll(), "a", "b");
        all.get(1).whenStarting(_ -> {
            starting.countDown();
            release.await();
        });
        BackgroundThread start = BackgroundThread.run(root::start);
        starting.await();
        all.get(0).failingTask("boom");
        await().until(() -> all.get(0).state() == State.FAILED);

        // When
        release.countDown();
        assertThat(start.awaitThrown()).isNull();

        // Then
        await().until(() -> all.get(1).starts.get() == 2 && root.status().ready());
        assertThat(root.events)
                .containsSubsequence("a onStart", "b onStart", "a onStop", "b onStop", "a onStart", "b onStart");
        root.stop();
    }

    @Test
    @DisplayName("a group in which a task does not stop is not restarted; its parent fails")
    void leakInTheGroup_escalates() {
        CountDownLatch release = new CountDownLatch(1);
        List<TestService> all = children(Supervision.restartAll(), "a", "b");
        all.get(1)
                .stopTimeout(Duration.ofMillis(100))
                .whenStarting(self -> self.task("stuck", () -> {
                    boolean released = false;
                    while (!released) {
                        try {
                            release.await();
                            released = true;
                        } catch (InterruptedException ignored) {
                            // goes on
                        }
                    }
                }));
        root.start();

        all.getFirst().failingTask("boom");

        await().until(() -> root.state() == State.FAILED);
        assertThat(root.status().failure().orElseThrow())
                .hasMessageContainingAll("cannot be restarted, because these tasks did not stop", "b#stuck");
        assertThat(all.getFirst().starts).hasValue(1);
        release.countDown();
    }

    @Test
    @DisplayName("a service that replaces a failed one is stopped in the order of the one that it replaces")
    void replacement_keepsItsPlace() {
        root.child("a");
        TestService first = root.child(
                "b", new TestService("b1", root.events), Supervision.restart(() -> new TestService("b2", root.events)));
        root.child("c");
        root.start();

        first.failingTask("boom");
        await().until(() -> root.events.contains("b2 onStart") && root.status().ready());
        root.events.clear();
        root.stop();

        assertThat(root.events).containsExactly("root onStop", "c onStop", "b2 onStop", "a onStop");
    }

    @Test
    @DisplayName("a new object that a supplier returned belongs to the tree: it cannot declare any more")
    void replacementBelongsToTheTree() {
        // Given
        TestService replacement = new TestService("replacement").whenStarting(self -> {
            try {
                self.stopTimeout(Duration.ofSeconds(1));
                self.record("declares");
            } catch (IllegalStateException e) {
                self.record("is rejected");
            }
        });
        TestService child = new TestService("child");
        root.child("a", child, Supervision.restart(() -> replacement).backoff(Duration.ZERO, Duration.ZERO));
        Ginkgo ginkgo = Ginkgo.start(root);

        // When
        child.failingTask("boom");
        await().until(() -> replacement.status().state() == State.READY);

        // Then
        assertThat(replacement.events).containsExactly("replacement onStart", "replacement is rejected");
        ginkgo.stop();
    }
}
