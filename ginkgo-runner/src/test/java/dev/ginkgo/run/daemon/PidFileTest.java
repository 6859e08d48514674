package dev.ginkgo.run.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "R-08 whoever reads a pidfile while it is written finds the daemon: nobody is told that it does not run")
    void readWhileWritten() throws Exception {
        Path file = folder.resolve("x.pid");
        Card card = new Card(
                "x",
                ProcessIdentity.self(),
                "X.java",
                "/X.java",
                "/",
                "",
                "/x.sock",
                "2026-11-25",
                "1",
                Optional.empty());
        Card longer = card.withLog("/var/log/ginkgo/" + "x".repeat(200) + ".log");
        AtomicBoolean over = new AtomicBoolean();
        try (PidFile locked = PidFile.lock(file).orElseThrow()) {
            locked.write(card);
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    while (!over.get()) {
                        locked.write(longer);
                        locked.write(card);
                    }
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            try {
                for (int i = 0; i < 5_000; i++) {
                    assertThat(PidFile.read(file)).get().isIn(card, longer);
                }
            } finally {
                over.set(true);
                writer.join();
            }
        }
    }
}
