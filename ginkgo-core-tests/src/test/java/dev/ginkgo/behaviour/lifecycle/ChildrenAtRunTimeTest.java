package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ChildrenAtRunTimeTest {

    @Test
    @DisplayName("L-13 a child added to a running parent is ready when add returns; a child is stopped before it is"
            + " removed")
    void addReturnsReadyChild_andRemoveStopsIt() throws InterruptedException {
        TestService root = TestService.root();
        Ginkgo ginkgo = Ginkgo.start(root);
        TestService late = root.detached("late").whenStarting(self -> self.waitingTask("work"));
        late.child("leaf");

        root.child("late", late);

        assertThat(late.state()).isEqualTo(State.READY);
        assertThat(root.events).containsExactly("root onStart", "leaf onStart", "late onStart");
        assertThat(ginkgo.status().children()).extracting(Status::path).containsExactly("test-service/late");

        root.events.clear();
        root.removeChild(late);

        assertThat(late.state()).isEqualTo(State.STOPPED);
        assertThat(root.events).containsExactly("late onStop", "late work ends", "leaf onStop");
        assertThat(root.status().children()).isEmpty();
        late.awaitStopped();
        assertThatThrownBy(() -> late.awaitReady(Duration.ofMinutes(1))).isInstanceOf(NotReadyException.class);
        assertThatThrownBy(() -> root.removeChild(late))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("late is not a child of test-service");
        root.child("late"); // the name can be used again
        await().until(() -> ginkgo.tasks().isEmpty());
        root.stop();
    }

    @Test
    @DisplayName("L-13 an added child that fails to start is rolled back and removed; the parent keeps running")
    void removesAddedChild_whenItsStartFails() {
        TestService root = TestService.root();
        Ginkgo ginkgo = Ginkgo.start(root);
        TestService bad = root.detached("bad").whenStarting(self -> {
            self.closedOnStop(self.resource("socket"));
            throw new IOException("no");
        });

        StartException thrown = catchThrowableOfType(StartException.class, () -> root.child("bad", bad));

        assertThat(thrown.path()).isEqualTo("test-service/bad");
        assertThat(thrown).hasMessage("test-service/bad did not start: no");
        assertThat(root.events).containsExactly("root onStart", "bad onStart", "bad closes socket");
        assertThat(root.state()).isEqualTo(State.READY);
        assertThat(root.status().children()).isEmpty();
        await().until(() -> ginkgo.tasks().isEmpty());
        root.child("bad");
        root.stop();
    }

    @Test
    @DisplayName("L-13 a child added in onStart starts immediately, and stops before the declared children")
    void startsChildAddedInOnStart() {
        TestService root = TestService.root();
        root.child("declared");
        root.whenStarting(self -> {
            TestService added = self.child("added");
            assertThat(added.state()).isEqualTo(State.READY);
            self.record("continues");
        });

        root.start();
        root.stop();

        assertThat(root.events)
                .containsExactly(
                        "declared onStart",
                        "root onStart",
                        "added onStart",
                        "root continues",
                        "root onStop",
                        "added onStop",
                        "declared onStop");
    }

    @Test
    @DisplayName("L-13 a child added in onStart that fails to start fails the start of its parent, and the error names"
            + " both")
    void failsTheStart_whenChildAddedInOnStartFails() {
        TestService root = TestService.root();
        root.whenStarting(self -> self.child("bad", self.detached("bad").whenStarting(bad -> {
            throw new IOException("no");
        })));

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown).hasMessage("test-service did not start: test-service/bad did not start: no");
        assertThat(thrown.getCause())
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.path()).isEqualTo("test-service/bad"));
        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(root.status().children()).isEmpty();
    }

    @Test
    @DisplayName("L-13 onStart may remove a declared child")
    void removesDeclaredChildInOnStart() {
        TestService root = TestService.root();
        TestService unused = root.child("unused");
        root.whenStarting(self -> self.removeChild(unused));

        root.start();

        assertThat(unused.state()).isEqualTo(State.STOPPED);
        assertThat(root.status().children()).isEmpty();
        assertThat(root.events).containsExactly("unused onStart", "root onStart", "unused onStop");
        root.stop();
    }

    @Test
    @Timeout(60)
    @DisplayName("L-13 with hookBeforeChildren, a task of the parent can add children while the declared ones start")
    void taskAddsChildren_whileDeclaredChildrenStart() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            TestService root =
                    TestService.root().withLifecycle(Lifecycle.standard().hookBeforeChildren());
            for (int i = 0; i < 10; i++) {
                root.child("declared-" + i);
            }
            CountDownLatch added = new CountDownLatch(1);
            root.whenStarting(self -> self.task("grow", () -> {
                for (int i = 0; i < 10; i++) {
                    self.child("added-" + i);
                }
                added.countDown();
            }));

            root.start();

            assertThat(added.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(root.status().children()).hasSize(20).allMatch(child -> child.state() == State.READY);
            root.stop();
            assertThat(root.events.stream().filter(e -> e.endsWith("onStop")).count())
                    .isEqualTo(21);
        }
    }

    @Test
    @Timeout(60)
    @DisplayName("L-13 an add that races with a stop and loses throws, and leaves nothing running")
    void addThrows_whenTheStopWinsTheRace() {
        for (int round = 0; round < 300; round++) {
            TestService root = TestService.root();
            Ginkgo ginkgo = Ginkgo.start(root);
            CountDownLatch go = new CountDownLatch(2);
            List<TestService> attempted = new ArrayList<>();
            BackgroundThread adding = BackgroundThread.run(() -> {
                go.countDown();
                go.await();
                for (int i = 0; i < 20; i++) {
                    TestService late = root.detached("late").whenStarting(self -> self.waitingTask("work"));
                    attempted.add(late);
                    root.child("late-" + i, late);
                }
            });
            BackgroundThread stop = BackgroundThread.run(() -> {
                go.countDown();
                go.await();
                root.stop();
            });

            assertThat(stop.awaitThrown()).isNull();
            assertThat(adding.awaitThrown())
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).isNull(),
                            thrown -> assertThat(thrown)
                                    .isInstanceOfSatisfying(
                                            StartException.class,
                                            e -> assertThat(e.cancelled()).isTrue()),
                            thrown -> assertThat(thrown)
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("test-service is STOPPED: a child can be added"));
            assertThat(attempted).allMatch(service -> service.state() == State.STOPPED || service.state() == State.NEW);
            assertThat(root.state()).isEqualTo(State.STOPPED);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> ginkgo.tasks().isEmpty());
            assertThat(root.status().children()).isEmpty();
        }
    }

    @Test
    @DisplayName("L-13 add on a stopped parent throws, and the message says when a child can be added")
    void addThrows_onAStoppedParent() {
        TestService root = TestService.root();
        root.start();
        root.stop();

        Throwable thrown = catchThrowable(() -> root.child("late"));

        assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "test-service is STOPPED: a child can be added in the constructor or while the service runs, so"
                                + " \"late\" was not");
    }
}
