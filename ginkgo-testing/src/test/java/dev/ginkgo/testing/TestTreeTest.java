package dev.ginkgo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Service;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.lifecycle.TaskBody;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestTreeTest {
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(50);

    private final List<Closeable> leaked = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void closeLeakedResources() throws IOException {
        release.countDown();
        for (Closeable each : leaked) {
            each.close();
        }
    }

    @Test
    void close_succeedsIfNothingIsLeft() {
        TestTree<ConfigurableService> tree = TestTree.start(new ConfigurableService(self -> {
            self.closeAtStop(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            self.spawnTask("wait", () -> new CountDownLatch(1).await());
        }));
        assertThat(tree.ginkgo().status().state()).isEqualTo(State.READY);

        tree.close();
        tree.close();

        assertThat(tree.root().status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    void close_failsIfATaskIsStillRunning() {
        TestTree<ConfigurableService> tree =
                TestTree.start(new ConfigurableService(self -> self.spawnTask("stubborn", this::ignoreInterrupts)));

        assertThatThrownBy(tree::close)
                .isInstanceOf(StopException.class)
                .hasMessageContaining("configurable-service#stubborn still runs");
    }

    @Test
    void close_failsIfASocketIsStillOpen() {
        TestTree<ConfigurableService> tree = TestTree.start(
                new ConfigurableService(self -> leaked.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))),
                CLOSE_TIMEOUT);

        assertThatThrownBy(tree::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("descriptors are left open")
                .hasMessageContaining("socket:");
    }

    @Test
    void close_failsIfAFileIsStillOpen(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("left-open.txt"), "x");
        TestTree<ConfigurableService> tree = TestTree.start(
                new ConfigurableService(self -> {
                    InputStream in = Files.newInputStream(file);
                    leaked.add(in);
                }),
                CLOSE_TIMEOUT);

        assertThatThrownBy(tree::close).isInstanceOf(AssertionError.class).hasMessageContaining("left-open.txt");
    }

    @Test
    void start_reportsTheFailureAndTheLeak() {
        assertThatThrownBy(() -> TestTree.start(
                        new ConfigurableService(self -> {
                            leaked.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
                            throw new IOException("no");
                        }),
                        CLOSE_TIMEOUT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("socket:")
                .satisfies(e -> assertThat(e.getSuppressed()).hasOnlyElementsOfType(StartException.class));
    }

    private void ignoreInterrupts() {
        boolean released = false;
        while (!released) {
            try {
                release.await();
                released = true;
            } catch (InterruptedException e) {
                // ignored, so that the task survives the stop
            }
        }
    }

    private interface Step {
        void run(ConfigurableService self) throws Exception;
    }

    /** Runs a step of the test in {@code onStart}. */
    private static final class ConfigurableService extends Service {
        private final Step step;

        ConfigurableService(Step step) {
            this.step = step;
            lifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(100)));
        }

        void spawnTask(String name, TaskBody taskBody) {
            spawn(name, taskBody);
        }

        void closeAtStop(AutoCloseable resource) {
            closeOnStop(resource);
        }

        @Override
        protected void onStart() throws Exception {
            step.run(this);
        }
    }
}
