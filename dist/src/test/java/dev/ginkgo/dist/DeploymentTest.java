package dev.ginkgo.dist;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.NodeJs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The Dockerfile and the unit for systemd in the folder {@code deploy} of the distribution. */
@TestInstance(Lifecycle.PER_CLASS)
class DeploymentTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

    private @Nullable CleanMachine unpacked;

    @BeforeAll
    void unpack(@TempDir Path folder) throws Exception {
        unpacked = CleanMachine.withArchive(folder);
    }

    private CleanMachine machine() {
        return requireNonNull(unpacked);
    }

    @Test
    @DisplayName("C-32 the Dockerfile has no error, and copies files that the distribution contains")
    void dockerfileIsValid() throws Exception {
        assertValid(dockerfile(), machine().home());
    }

    @Test
    @DisplayName(
            "C-80 the Dockerfile of a new project has no error, copies files of the project, and leaves user, entry"
                    + " point and health check to the image of Ginkgo")
    void dockerfileOfNewProjectIsValid() throws Exception {
        machine().run("ginkgo new number-gateway").succeeds();
        Path project = machine().folder().resolve("number-gateway");
        Path dockerfile = project.resolve("Dockerfile");

        assertValid(dockerfile, project);
        assertThat(instructions(dockerfile, "FROM")).containsExactly("ginkgo");
        assertThat(instructions(dockerfile, "CMD")).singleElement().asString().startsWith("[");
        for (String inherited : List.of("USER", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL")) {
            assertThat(instructions(dockerfile, inherited)).as(inherited).isEmpty();
        }
    }

    /** Checks a Dockerfile with the linter, and that what it copies is in the folder for which it is built. */
    private static void assertValid(Path dockerfile, Path context) throws Exception {
        NodeJs.run("node_modules/dockerfile-utils/bin/dockerfile-utils", "lint", dockerfile.toString())
                .awaitSuccess();
        assertThat(instructions(dockerfile, "COPY"))
                .isNotEmpty()
                .allSatisfy(arguments -> Stream.of(arguments.split(" "))
                        .filter(argument -> !argument.startsWith("/"))
                        .forEach(source -> assertThat(context.resolve(source)).exists()));
    }

    private Path dockerfile() {
        return machine().home().resolve("deploy/docker/Dockerfile");
    }

    @Test
    @DisplayName("C-32 the container does not run as root, and its command receives the signals")
    void containerRunsAsUser() throws Exception {
        // A number, because Kubernetes cannot check a name; and no shell between the signals and the process
        assertThat(instructions("USER")).singleElement().asString().matches("[1-9]\\d+:[1-9]\\d+");
        assertThat(instructions("ENTRYPOINT")).singleElement().asString().startsWith("[");
        assertThat(instructions("CMD")).singleElement().asString().startsWith("[");
    }

    @Test
    @DisplayName("C-32 the health check of the container fails before the service runs, and succeeds when it is ready")
    void healthCheckReportsReadiness() throws Exception {
        // Given the commands of the image, with the folder of the distribution instead of /opt/ginkgo
        CleanMachine machine = machine();
        String healthCheck = command(instructions("HEALTHCHECK").getFirst());
        String entryPoint = command(instructions("ENTRYPOINT").getFirst());
        assertThat(machine.run(healthCheck).code()).isNotZero();

        // When
        Path output = machine.folder().resolve("container.txt");
        Process process = machine.start(
                "exec " + entryPoint + " " + machine.home().resolve("examples/hub.toml")
                        + " --set http.bind=127.0.0.1:0 --set ginkgo.start-timeout=2m",
                output,
                Map.of());

        // Then
        try {
            await().atMost(TIMEOUT)
                    .until(() -> !process.isAlive() || machine.run(healthCheck).code() == 0);
            assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
            process.destroy();
            assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(machine.run(healthCheck).code()).isNotZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("C-34 systemd accepts the unit, which waits for the notifications of the service")
    void unitIsValid(@TempDir Path units) throws Exception {
        // Given an instance of the unit, with a command that exists
        String unit = Files.readString(machine().home().resolve("deploy/systemd/ginkgo@.service"));
        assertThat(unit).contains("\nType=notify\n", "\nExecStart=/usr/bin/ginkgo run /etc/ginkgo/%i.toml\n");
        Path instance = Files.writeString(
                units.resolve("ginkgo@hub.service"),
                unit.replace(
                        "/usr/bin/ginkgo",
                        machine().home().resolve("bin/ginkgo").toString()));

        // When
        String report = CleanMachine.execute("systemd-analyze", "verify", "--man=no", instance.toString());

        // Then
        assertThat(report.lines().filter(line -> line.contains("ginkgo@"))).isEmpty();
    }

    /** Returns the arguments of each instruction of the Dockerfile with that name. */
    private List<String> instructions(String name) throws Exception {
        return instructions(dockerfile(), name);
    }

    private static List<String> instructions(Path dockerfile, String name) throws Exception {
        String joined =
                Files.readString(dockerfile).replaceAll("(?m)^#.*\n", "").replaceAll("\\\\\n\\s*", "");
        return joined.lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .toList();
    }

    /** Returns the command of an instruction in exec form. */
    private String command(String instruction) {
        List<String> words = QUOTED.matcher(instruction.substring(instruction.indexOf('[')))
                .results()
                .map(word -> word.group(1))
                .toList();
        return String.join(" ", words).replace("/opt/ginkgo", machine().home().toString());
    }
}
