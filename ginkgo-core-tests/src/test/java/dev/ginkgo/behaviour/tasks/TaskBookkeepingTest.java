package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.LogCapture;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.internal.concurrent.TaskScope;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.testing.TestTree;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TaskBookkeepingTest {

    @Test
    @DisplayName("T-07 a million ended tasks leave nothing behind")
    void endedTasksLeaveNothingBehind() throws Exception {
        // Given
        int million = 1_000_000;
        int atOnce = 500;
        TestService root = new TestService("root");
        Semaphore permits = new Semaphore(atOnce);
        AtomicInteger ran = new AtomicInteger();
        try (TestTree<TestService> tree = TestTree.start(root)) {
            root.task("spawner", () -> {
                for (int i = 0; i < million; i++) {
                    permits.acquire();
                    root.task("t", () -> {
                        ran.incrementAndGet();
                        permits.release();
                    });
                    while (i % 50_000 == 0 && root.status().tasks() > 1) {
                        root.pause(Duration.ofMillis(1)); // waits at intervals until only the spawner is left
                    }
                }
            });

            // When
            await().atMost(Duration.ofMinutes(1)).until(() -> ran.get() == million);

            // Then
            await().until(() -> root.status().tasks() == 0);
            await().until(() -> tree.ginkgo().tasks().isEmpty());
        }
    }

    @Test
    @DisplayName("T-08 a task's thread is named path#task, also in a thread dump, and tasks are listed by service")
    void threadsAreNamedAfterTheirTask(@TempDir Path folder) throws Exception {
        // Given
        TestService root = new TestService("root");
        TestService hub = root.child("hub", new TestService("hub"));
        TestService http = hub.child("http", new TestService("http"));
        CountDownLatch running = new CountDownLatch(2);
        Ginkgo ginkgo = Ginkgo.of(root).name("gateway").start();
        http.task("accept", () -> {
            running.countDown();
            http.blockForever();
        });
        root.task("bridge", () -> {
            running.countDown();
            root.blockForever();
        });
        running.await();

        // When
        Path dump = folder.resolve("dump.txt");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);

        // Then
        assertThat(Files.readString(dump)).contains("\"gateway/hub/http#accept\"", "\"gateway#bridge\"");
        await().untilAsserted(() -> assertThat(ginkgo.tasks())
                .extracting(TaskInfo::fullName)
                .containsExactly("gateway#bridge", "gateway/hub/http#accept"));
        assertThat(ginkgo.tasks())
                .allSatisfy(task -> assertThat(task.thread().getName()).isEqualTo(task.fullName()));
        ginkgo.stop();
    }

    @Test
    @DisplayName("T-10 resources that a task opened and did not close are closed in reverse order when it ends, fails"
            + " or is stopped")
    void closesResources_whenTheTaskEnds() throws Exception {
        // Given
        TestService root = new TestService("root");
        List<String> closed = new CopyOnWriteArrayList<>();
        Ginkgo ginkgo = Ginkgo.start(root);

        // When a task ends normally
        root.task("reader", () -> {
            TaskScope.closeAtEnd(() -> closed.add("a"));
            AutoCloseable inTime = () -> closed.add("closed in time");
            TaskScope.closeAtEnd(inTime);
            TaskScope.closeAtEnd(() -> closed.add("b"));
            inTime.close();
            TaskScope.unregister(inTime);
        });
        await().until(() -> root.status().tasks() == 0);
        assertThat(closed).containsExactly("closed in time", "b", "a");

        // When a task is stopped, and one fails
        CountDownLatch running = new CountDownLatch(1);
        root.task("stopped", () -> {
            TaskScope.closeAtEnd(() -> closed.add("stopped"));
            running.countDown();
            root.blockForever();
        });
        running.await();
        root.task("failing", () -> {
            TaskScope.closeAtEnd(() -> closed.add("failing"));
            throw new IllegalStateException("boom");
        });
        ginkgo.awaitStopped();
        assertThat(closed).endsWith("failing", "stopped").hasSize(5);
    }

    @Test
    @DisplayName("T-12 what a hook opens stays open when the hook returns, and closes when the service stops")
    void keepsResourcesOfHooksOpen() {
        // Given a library that registers what it opens with the scope of the calling task
        TestService root = new TestService("root");
        List<String> closed = new CopyOnWriteArrayList<>();
        List<Boolean> registered = new CopyOnWriteArrayList<>();
        root.whenStarting(_ -> {
            AutoCloseable subscription = () -> closed.add("subscription");
            registered.add(TaskScope.closeAtEnd(subscription));
            root.closedOnStop(subscription);
        });
        root.whenStopping(_ -> registered.add(TaskScope.closeAtEnd(() -> closed.add("opened in onStop"))));

        // When
        Ginkgo ginkgo = Ginkgo.start(root);
        await().until(() -> root.status().tasks() == 0);

        // Then
        assertThat(closed).isEmpty();
        ginkgo.stop();
        assertThat(closed).containsExactly("subscription");
        assertThat(registered).containsExactly(false, false);
    }

    @Test
    @DisplayName("T-10 a close that throws is logged and affects neither the other resources nor the service; nothing"
            + " is registered outside a task")
    void closesTheOthers_whenACloseThrows() throws Exception {
        TestService root = new TestService("root");
        AtomicBoolean closed = new AtomicBoolean();
        try (LogCapture log = LogCapture.of(TaskScope.class);
                TestTree<TestService> tree = TestTree.start(root)) {
            root.task("reader", () -> {
                TaskScope.closeAtEnd(() -> closed.set(true));
                TaskScope.closeAtEnd(() -> {
                    throw new IllegalStateException("broken");
                });
            });
            await().until(() -> root.status().tasks() == 0);

            assertThat(closed).isTrue();
            assertThat(tree.ginkgo().status().ready()).isTrue();
            assertThat(log.at(Level.WARN)).containsExactly("could not close a resource that a task left open");
            assertThat(TaskScope.closeAtEnd(() -> {})).isFalse();
        }
    }
}
