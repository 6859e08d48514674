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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
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
    @DisplayName("T-23 the first test of a process with a socket passes: the JDK's own descriptor is not a leak")
    void close_succeedsForTheFirstSocketOfTheProcess(@TempDir Path directory) throws Exception {
        Path output = directory.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FirstSocket.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(output)).contains("closed");
    }

    /** Program that starts and stops one tree with a socket. */
    static final class FirstSocket {
        public static void main(String[] args) {
            TestTree.start(
                            new ConfigurableService(
                                    self -> self.closeAtStop(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))),
                            CLOSE_TIMEOUT)
                    .close();
            IO.println("closed");
        }
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
