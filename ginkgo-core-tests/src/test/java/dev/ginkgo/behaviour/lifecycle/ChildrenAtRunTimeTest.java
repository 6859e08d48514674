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
    @DisplayName("L-13 a child added to a running parent is ready when add returns; removed, it is stopped first")
    void addAndRemove() throws InterruptedException {
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
        root.child("late"); // the name is free
        await().until(() -> ginkgo.tasks().isEmpty());
        root.stop();
    }

    @Test
    @DisplayName("L-13 a child that fails to start is rolled back and thrown out; the parent runs on")
    void aFailingChildIsThrownOut() {
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
    @DisplayName("L-13 a child added in onStart starts at once and stops before those that are declared")
    void addWhileStarting() {
        TestService root = TestService.root();
        root.child("declared");
        root.whenStarting(self -> {
            TestService added = self.child("added");
            assertThat(added.state()).isEqualTo(State.READY);
            self.record("goes on");
        });

        root.start();
        root.stop();

        assertThat(root.events)
                .containsExactly(
                        "declared onStart",
                        "root onStart",
                        "added onStart",
                        "root goes on",
                        "root onStop",
                        "added onStop",
                        "declared onStop");
    }

    @Test
    @DisplayName("L-13 a child added in onStart that fails, fails the start, with both paths")
    void addWhileStartingThatFails() {
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
    @DisplayName("L-13 a declared child may be removed in onStart")
    void removeInOnStart() {
        TestService root = TestService.root();
        TestService needless = root.child("needless");
        root.whenStarting(self -> self.removeChild(needless));

        root.start();

        assertThat(needless.state()).isEqualTo(State.STOPPED);
        assertThat(root.status().children()).isEmpty();
        assertThat(root.events).containsExactly("needless onStart", "root onStart", "needless onStop");
        root.stop();
    }

    @Test
    @Timeout(60)
    @DisplayName("L-13 a task of a parent that starts its hook first adds children while the declared ones start")
    void addFromATaskWhileChildrenStart() throws InterruptedException {
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
    @DisplayName("L-13 an add that loses against a stop throws, and leaves nothing")
    void addRacesWithStop() {
        for (int round = 0; round < 300; round++) {
            TestService root = TestService.root();
            Ginkgo ginkgo = Ginkgo.start(root);
            CountDownLatch go = new CountDownLatch(2);
            List<TestService> tried = new ArrayList<>();
            BackgroundThread adding = BackgroundThread.run(() -> {
                go.countDown();
                go.await();
                for (int i = 0; i < 20; i++) {
                    TestService late = root.detached("late").whenStarting(self -> self.waitingTask("work"));
                    tried.add(late);
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
            assertThat(tried).allMatch(part -> part.state() == State.STOPPED || part.state() == State.NEW);
            assertThat(root.state()).isEqualTo(State.STOPPED);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> ginkgo.tasks().isEmpty());
            assertThat(root.status().children()).isEmpty();
        }
    }

    @Test
    @DisplayName("L-13 add to a stopped parent throws and says when a child can be added")
    void addToAStoppedParent() {
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
