package dev.ginkgo.run.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeDirsTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-11 concurrent first starts all succeed in creating the folder of this user's daemons")
    void concurrentStartsCreateOneFolder() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 200; i++) {
                Path expected = folder.resolve("state" + i).resolve("ginkgo");
                CyclicBarrier barrier = new CyclicBarrier(4);
                List<Future<Path>> results = new ArrayList<>();
                for (int n = 0; n < 4; n++) {
                    results.add(threads.submit(() -> {
                        barrier.await();
                        return RuntimeDirs.prepare(expected);
                    }));
                }
                for (Future<Path> result : results) {
                    assertThat(result.get()).isEqualTo(expected);
                }
            }
        }
    }
}
