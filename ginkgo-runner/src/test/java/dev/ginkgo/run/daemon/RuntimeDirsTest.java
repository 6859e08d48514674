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
    @DisplayName("R-11 two first starts at the same moment make the folder of this user's daemons together")
    void together() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 200; i++) {
                Path wanted = folder.resolve("state" + i).resolve("ginkgo");
                CyclicBarrier begin = new CyclicBarrier(4);
                List<Future<Path>> made = new ArrayList<>();
                for (int n = 0; n < 4; n++) {
                    made.add(threads.submit(() -> {
                        begin.await();
                        return RuntimeDirs.prepare(wanted);
                    }));
                }
                for (Future<Path> each : made) {
                    assertThat(each.get()).isEqualTo(wanted);
                }
            }
        }
    }
}
