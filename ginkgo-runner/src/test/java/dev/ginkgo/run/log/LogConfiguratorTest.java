package dev.ginkgo.run.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.run.cli.TestShell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of a daemon: content, rotation, format, and reopening after a rename. */
class LogConfiguratorTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String TALKER = """
            import dev.ginkgo.*;
            import java.time.Duration;
            final class Talker extends Service {
                @Override protected void onStart() {
                    spawn("talk", () -> {
                        for (int i = 0; ; i++) {
                            IO.println("line " + i);
                            log.info("logged {}", i);
                            sleep(Duration.ofMillis(20));
                        }
                    });
                }
            }
            """;

    @TempDir
    private Path folder = Path.of("");

    private TestShell shell = new TestShell(folder);
    private Path log = folder;

    @BeforeEach
    void createShell() throws IOException {
        shell = new TestShell(folder);
        shell.write("Talker.java", TALKER);
        log = folder.resolve("state/ginkgo/Talker.log");
    }

    @AfterEach
    void closeShell() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName("R-15 all output goes to one log, which is rotated by size; log -f follows it across the rotation")
    void rotatesBySize_andFollowMissesNoLine() throws Exception {
        shell.execute("ginkgo start Talker.java --set log.max-size=2KiB --set log.keep=2")
                .hasExitCode(0);
        Path out = folder.resolve("followed");
        Process follower = shell.start("exec ginkgo log Talker -f", out, folder.resolve("followed.err"));
        try {
            await().atMost(TIMEOUT).until(() -> Files.exists(log.resolveSibling("Talker.log.2")));
            int seen = numbers(out).size();
            await().atMost(TIMEOUT).until(() -> numbers(out).size() > seen + 20);
            List<Integer> numbers = numbers(out);
            for (int i = 1; i < numbers.size(); i++) {
                assertThat(numbers.get(i)).as("after %s", numbers.get(i - 1)).isEqualTo(numbers.get(i - 1) + 1);
            }
        } finally {
            follower.destroy();
        }
        assertThat(log.resolveSibling("Talker.log.3")).doesNotExist();
        shell.execute("ginkgo log Talker").hasExitCode(0).printsOut("line ", "Talker - logged ");
        shell.execute("ginkgo log Talker --path").hasExitCode(0).printsOut(log.toString());
    }

    @Test
    @DisplayName(
            "R-15 after the log file has been renamed, USR1 and HUP reopen it, also for the output of the JVM itself")
    void reopensRenamedLog_onSignal() throws Exception {
        long pid = shell.execute("ginkgo start Talker.java").hasExitCode(0).pid();
        for (String signal : List.of("USR1", "HUP")) {
            Path old = log.resolveSibling("old-" + signal);
            Files.move(log, old);
            shell.execute("kill -" + signal + " " + pid).hasExitCode(0);
            await().atMost(TIMEOUT)
                    .until(() -> Files.exists(log) && Files.readString(log).contains("line "));
            for (String descriptor : List.of("1", "2")) {
                assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + descriptor)))
                        .isEqualTo(log.toRealPath());
            }
        }
        shell.execute("kill -QUIT " + pid).hasExitCode(0); // the JVM itself prints the thread dump
        await().atMost(TIMEOUT).until(() -> Files.readString(log).contains("Full thread dump"));
        shell.execute("ginkgo stop Talker").hasExitCode(0);
    }

    @Test
    @DisplayName("R-15 log.file sets the path of the log; log.format = json writes a JSON object per line")
    void usesConfiguredFileAndFormat() throws Exception {
        shell.execute("ginkgo start Talker.java --set log.file=mine.log --set log.format=json")
                .hasExitCode(0);
        Path mine = folder.resolve("mine.log");
        await().atMost(TIMEOUT)
                .until(() -> Files.readString(mine).contains("\"formattedMessage\":\"logged 1\"")
                        || Files.readString(mine).contains("\"message\":\"logged {}\""));
        assertThat(Files.readString(mine)).contains("line 1");
        assertThat(log).doesNotExist();
        shell.execute("ginkgo log Talker").hasExitCode(0).printsOut("line 1");
        shell.execute("ginkgo start Talker.java --name other --set log.file=Talker.java/other.log")
                .hasExitCode(78)
                .printsErr("other.log for appending");
    }

    private static List<Integer> numbers(Path out) throws IOException {
        return Files.readString(out)
                .lines()
                .filter(line -> line.startsWith("line "))
                .map(line -> Integer.valueOf(line.substring(5)))
                .toList();
    }
}
