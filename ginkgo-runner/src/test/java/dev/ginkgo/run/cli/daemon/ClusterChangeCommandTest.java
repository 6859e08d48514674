package dev.ginkgo.run.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.FakeDaemon;
import dev.ginkgo.run.cli.InProcessCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code ginkgo cluster step-down} and {@code remove}, with a daemon in this JVM. */
class ClusterChangeCommandTest {
    private static final String STEPPED_DOWN =
            "{\"path\":\"gw/cluster\",\"from\":\"10.0.0.1:4440\",\"leader\":\"10.0.0.2:4440\",\"epoch\":8}";

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-80 cluster step-down prints the next leader, as JSON on request; 75 if there is none yet")
    void printsNextLeader() throws Exception {
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "gw").responds("step-down", STEPPED_DOWN)) {
            assertThat(ginkgo.run("cluster", "step-down", "gw", "--yes"))
                    .as(ginkgo.err())
                    .isZero();
            assertThat(ginkgo.out()).isEqualTo("10.0.0.1:4440 has stepped down; 10.0.0.2:4440 leads in epoch 8\n");
            assertThat(ginkgo.run("cluster", "step-down", "gw", "--yes", "--json"))
                    .isZero();
            assertThat(ginkgo.out()).isEqualTo(STEPPED_DOWN + "\n");

            daemon.responds("step-down", STEPPED_DOWN.replace("0.2:", "0.1:"));
            assertThat(ginkgo.run("cluster", "step-down", "gw", "-y")).isZero();
            assertThat(ginkgo.out()).contains("it was elected again, in epoch 8");

            daemon.responds("step-down", "{\"from\":\"10.0.0.1:4440\",\"leader\":null,\"epoch\":null}");
            assertThat(ginkgo.run("cluster", "step-down", "gw", "-y")).isEqualTo(75);
            assertThat(ginkgo.out()).contains("no other node leads yet");
        }
    }

    @Test
    @DisplayName("R-81 cluster remove names the voter and those that remain; what the daemon rejects is printed, with"
            + " exit code 1")
    void removesVoter() throws Exception {
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "gw")) {
            daemon.responds(
                    "remove-voter 10.0.0.3:4440",
                    "{\"removed\":\"10.0.0.3:4440\",\"voters\":[\"10.0.0.1:4440\",\"10.0.0.2:4440\"]}");
            assertThat(ginkgo.run("cluster", "remove", "gw", "10.0.0.3:4440", "--yes"))
                    .as(ginkgo.err())
                    .isZero();
            assertThat(ginkgo.out())
                    .isEqualTo("10.0.0.3:4440 is no longer a voter; the voters are 10.0.0.1:4440, 10.0.0.2:4440\n");

            assertThat(ginkgo.run("cluster", "remove", "gw", "10.0.0.2:4440", "--yes"))
                    .isEqualTo(1);
            assertThat(ginkgo.err()).contains("unknown view remove-voter 10.0.0.2:4440");
            assertThat(ginkgo.run("cluster", "remove", "gw", "--yes")).isEqualTo(64);
            assertThat(ginkgo.err()).contains("missing node");
        }
    }

    @Test
    @DisplayName("R-82 both ask before they change anything; without a terminal they need --yes")
    void asksForConfirmation() throws Exception {
        // Given
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        List<String> questions = new CopyOnWriteArrayList<>();
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "gw").responds("step-down", STEPPED_DOWN)) {
            assertThat(daemon).isNotNull();

            // When there is no terminal, or the answer is not yes
            int withoutTerminal = ginkgo.run("cluster", "step-down", "gw");
            String hint = ginkgo.err();
            int denied = execute(ginkgo, questions, "");
            String nothing = ginkgo.err();
            int confirmed = execute(ginkgo, questions, " Yes ");

            // Then
            assertThat(withoutTerminal).isEqualTo(64);
            assertThat(hint).contains("add --yes");
            assertThat(denied).isEqualTo(1);
            assertThat(nothing).contains("nothing was changed");
            assertThat(confirmed).isZero();
            assertThat(ginkgo.out()).contains("10.0.0.2:4440 leads");
            assertThat(questions).hasSize(2).containsOnly("Let another node lead instead of that of gw?");
        }
    }

    private static int execute(InProcessCommand ginkgo, List<String> questions, String answer) {
        return new CommandLine(new StepDownCommand(ginkgo.terminal(), question -> {
                    questions.add(question);
                    return Optional.of(answer);
                }))
                .execute("gw");
    }
}
