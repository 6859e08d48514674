package dev.ginkgo.cluster.spi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes with a real server of the engine. The leader is frozen until the other one leads, and that one is then killed. */
public abstract class FrozenLeaderContract {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private final List<Holder> holders = new ArrayList<>();

    /** A process, and what it has written. */
    private record Holder(Process process, Path output) {
        /** Returns the moments at which this process held a valid lease, by epoch. */
        Map<Long, LongSummaryStatistics> acted() throws IOException {
            Map<Long, LongSummaryStatistics> acted = new TreeMap<>();
            String text = Files.readString(output);
            for (String line : text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .filter(each -> each.matches("\\d+ \\d+"))
                    .toList()) {
                String[] fields = line.split(" ", 2);
                acted.computeIfAbsent(Long.parseLong(fields[0]), _ -> new LongSummaryStatistics())
                        .accept(Long.parseLong(fields[1]));
            }
            return acted;
        }

        void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        }
    }

    /**
     * Starts a server.
     *
     * @param directory for its files
     * @return the settings of {@code [cluster]} and the tables in it, except {@code identity}
     */
    protected abstract String startServer(Path directory) throws Exception;

    /** Kills the server. */
    protected abstract void killServer() throws Exception;

    @BeforeEach
    void start() throws Exception {
        String settings = startServer(folder);
        for (int i = 1; i <= 2; i++) {
            Path output = folder.resolve("holder-" + i + ".txt");
            String toml = "[cluster]\nidentity = \"127.0.0.1:%d\"\n%s\n".formatted(i, settings);
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LeaseHolder.class.getName(),
                            toml)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            holders.add(new Holder(process, output));
        }
    }

    @AfterEach
    void kill() throws Exception {
        for (Holder holder : holders) {
            holder.process().destroyForcibly().waitFor();
        }
        killServer();
    }

    @Test
    @DisplayName(
            "contract: E-04, N-47: while the leader is frozen another node leads, and the leases of two nodes are never valid at the"
                    + " same time; a leader that is killed is replaced")
    void frozenLeaderIsReplaced() throws Exception {
        assertReplaced(Duration.ZERO);
    }

    @Test
    @Tag("long")
    @DisplayName("contract: E-04, N-47: the same with a leader that is frozen for 20 s")
    void frozenLeaderIsReplaced_after20Seconds() throws Exception {
        assertReplaced(Duration.ofSeconds(20));
    }

    private void assertReplaced(Duration atLeast) throws Exception {
        // Given
        await().atMost(TIMEOUT).until(() -> lastEpoch(holders.getFirst()) + lastEpoch(holders.getLast()) > 0);
        boolean isFirstLeading = lastEpoch(holders.getFirst()) > 0;
        Holder first = isFirstLeading ? holders.getFirst() : holders.getLast();
        Holder second = isFirstLeading ? holders.getLast() : holders.getFirst();
        long epoch = lastEpoch(first);

        // When
        first.signal("STOP");
        long frozenAt = System.nanoTime();
        await().atMost(TIMEOUT)
                .until(() -> lastEpoch(second) > epoch && System.nanoTime() - frozenAt >= atLeast.toNanos());
        first.signal("CONT");

        // And when
        long nextEpoch = lastEpoch(second);
        second.process().destroyForcibly().waitFor();
        long killedAt = System.nanoTime();

        // Then
        await().atMost(TIMEOUT).until(() -> lastEpoch(first) > nextEpoch);
        Map<Long, LongSummaryStatistics> all = new TreeMap<>(first.acted());
        second.acted()
                .forEach((each, moments) -> assertThat(all.put(each, moments))
                        .as("epoch %s of two nodes", each)
                        .isNull());
        System.out.println("after the leader was killed, the next one acted after "
                + Duration.ofNanos(requireNonNull(all.get(lastEpoch(first))).getMin() - killedAt)
                        .toMillis() + " ms");
        long end = 0;
        for (Map.Entry<Long, LongSummaryStatistics> each : all.entrySet()) {
            assertThat(each.getValue().getMin())
                    .as("epoch %s begins when the one before has ended: %s", each.getKey(), all)
                    .isGreaterThan(end);
            end = each.getValue().getMax();
        }
    }

    private static long lastEpoch(Holder holder) throws IOException {
        return holder.acted().keySet().stream().mapToLong(each -> each).max().orElse(0);
    }
}
