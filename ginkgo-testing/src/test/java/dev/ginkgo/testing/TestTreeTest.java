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
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final List<Closeable> left = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void tidy() throws IOException {
        release.countDown();
        for (Closeable each : left) {
            each.close();
        }
    }

    @Test
    void aTreeThatLeavesNothingCloses() {
        TestTree<Opens> tree = TestTree.start(new Opens(self -> {
            self.owning(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            self.spawning("wait", () -> new CountDownLatch(1).await());
        }));
        assertThat(tree.ginkgo().status().state()).isEqualTo(State.READY);

        tree.close();
        tree.close();

        assertThat(tree.root().status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    void aLeakedTaskFailsTheTest() {
        TestTree<Opens> tree = TestTree.start(new Opens(self -> self.spawning("deaf", this::deaf)));

        assertThatThrownBy(tree::close).isInstanceOf(StopException.class).hasMessageContaining("opens#deaf still runs");
    }

    @Test
    void aLeakedSocketFailsTheTest() {
        TestTree<Opens> tree = TestTree.start(
                new Opens(self -> left.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))), PATIENCE);

        assertThatThrownBy(tree::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("descriptors are left open")
                .hasMessageContaining("socket:");
    }

    @Test
    void aLeakedFileFailsTheTest(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("left-open.txt"), "x");
        TestTree<Opens> tree = TestTree.start(
                new Opens(self -> {
                    InputStream in = Files.newInputStream(file);
                    left.add(in);
                }),
                PATIENCE);

        assertThatThrownBy(tree::close).isInstanceOf(AssertionError.class).hasMessageContaining("left-open.txt");
    }

    @Test
    void aStartThatFailsAndLeaksTellsBoth() {
        assertThatThrownBy(() -> TestTree.start(
                        new Opens(self -> {
                            left.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
                            throw new IOException("no");
                        }),
                        PATIENCE))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("socket:")
                .satisfies(e -> assertThat(e.getSuppressed()).hasOnlyElementsOfType(StartException.class));
    }

    private void deaf() {
        boolean released = false;
        while (!released) {
            try {
                release.await();
                released = true;
            } catch (InterruptedException e) {
                // deaf
            }
        }
    }

    private interface Step {
        void run(Opens self) throws Exception;
    }

    /** Does in its onStart what the test says. */
    private static final class Opens extends Service {
        private final Step step;

        Opens(Step step) {
            this.step = step;
            lifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(100)));
        }

        void spawning(String name, TaskBody taskBody) {
            spawn(name, taskBody);
        }

        void owning(AutoCloseable resource) {
            closeOnStop(resource);
        }

        @Override
        protected void onStart() throws Exception {
            step.run(this);
        }
    }
}
