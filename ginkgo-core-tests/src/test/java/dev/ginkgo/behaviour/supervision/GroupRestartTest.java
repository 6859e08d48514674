package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Supervision;
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
}
