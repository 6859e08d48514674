package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code ginkgo}, with JDKs and a Maven that only say that they were called. */
class LauncherScriptTest {
    private static final String MAVEN = """
            echo called >>"$CALLS"
            mkdir -p ginkgo-runner/target/dist/lib
            : >ginkgo-runner/target/dist/lib/a.jar
            """;

    @TempDir
    private Path folder = Path.of("");

    private Path home = Path.of("");
    private Path bin = Path.of("");

    @BeforeEach
    void checkout() throws IOException {
        home = Files.createDirectories(folder.resolve("check out"));
        bin = Files.createDirectories(folder.resolve("bin"));
        Files.copy(Path.of(System.getProperty("ginkgo.root", ".."), "ginkgo"), home.resolve("ginkgo"));
        assertThat(home.resolve("ginkgo").toFile().setExecutable(true)).isTrue();
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.createDirectories(home.resolve("ginkgo-core/src/main"));
        script(bin.resolve("mvn"), MAVEN);
        jdk("jdks/25", "25.0.3");
    }

    @Test
    @DisplayName("without a JDK 25 it says in one line what to install, and exits with 78")
    void noJdk() throws Exception {
        jdk("old/17", "17.0.21");
        jdk("old/25", "25.0.3");
        Files.delete(folder.resolve("old/25/bin/javac")); // a JRE

        Result result =
                ginkgo(Map.of("GINKGO_JDK_FOLDERS", folder.resolve("old").toString()), "version");

        assertThat(result.code()).isEqualTo(78);
        assertThat(result.lines()).hasSize(1);
        assertThat(result.output()).contains("openjdk-25-jdk-headless").contains("GINKGO_JAVA_HOME");
    }

    @Test
    @DisplayName("it builds itself once, again when a source is newer, and says so")
    void builds() throws Exception {
        assertThat(ginkgo(jdks(), "version").output())
                .contains("building ginkgo (once)…")
                .contains("java ");
        assertThat(ginkgo(jdks(), "version").output()).doesNotContain("building");
        assertThat(calls()).isEqualTo(1);

        Path source = Files.writeString(home.resolve("ginkgo-core/src/main/New.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(ginkgo(jdks(), "version").output()).contains("building");
        assertThat(calls()).isEqualTo(2);
    }

    @ParameterizedTest(name = "with flock: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("launches at once build once, and those that wait for it say so")
    void buildsAlone(boolean flock) throws Exception {
        if (flock) {
            tool("flock");
        }
        Path end = folder.resolve("end");
        script(bin.resolve("mvn"), "while [ ! -e '" + end + "' ]; do sleep 0.1; done\n" + MAVEN);
        // When
        List<Process> launches = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            launches.add(start(
                    folder.resolve("output" + i), jdks(), home.resolve("ginkgo").toString(), "version"));
        }
        // Then
        await().atMost(Duration.ofSeconds(30)).until(() -> outputs(3).stream().allMatch(said -> said.contains("…")));
        assertThat(outputs(3)).filteredOn(said -> said.contains("building")).hasSize(1);
        assertThat(outputs(3))
                .filteredOn(said -> said.contains("waiting for another process that builds"))
                .hasSize(2);
        Files.createFile(end);
        for (Process launch : launches) {
            assertThat(launch.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(launch.exitValue()).isZero();
        }
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    @DisplayName("a build that was cut off is no hindrance with flock, and is told without it")
    void buildThatWasCutOff() throws Exception {
        // Given what a build leaves that was killed
        Path target = Files.createDirectories(home.resolve("ginkgo-runner/target"));
        Files.writeString(target.resolve("launcher.lock"), "");
        Process dead = new ProcessBuilder("true").start();
        assertThat(dead.waitFor()).isZero();
        Path folderOfLock = Files.createDirectories(target.resolve("launcher.lock.d"));
        Files.writeString(folderOfLock.resolve("pid"), dead.pid() + "\n");
        // Then
        Result without = ginkgo(jdks(), "version");
        assertThat(without.code()).isEqualTo(78);
        assertThat(without.output()).contains("remove").contains("launcher.lock.d");
        tool("flock");
        assertThat(ginkgo(jdks(), "version").code()).isZero();
    }

    @Test
    @DisplayName("a failed build shows what Maven said, and is tried again")
    void failedBuild() throws Exception {
        script(bin.resolve("mvn"), "echo 'no such plugin'; exit 1");

        Result result = ginkgo(jdks(), "version");

        assertThat(result.code()).isEqualTo(78);
        assertThat(result.output()).contains("no such plugin");
        assertThat(ginkgo(jdks(), "version").output()).contains("building");
    }

    @Test
    @DisplayName("without Maven it says in one line what to install")
    void noMaven() throws Exception {
        Files.delete(bin.resolve("mvn"));

        Result result = ginkgo(jdks(), "version");

        assertThat(result.code()).isEqualTo(78);
        assertThat(result.lines()).hasSize(1);
        assertThat(result.output()).contains("apt-get install maven");
    }

    @Test
    @DisplayName("arguments reach Java as they are, also through a link and from another folder; Java takes its place")
    void passesOn() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("gk"), Path.of("check out/ginkgo"));
        ginkgo(jdks(), "version");

        Path output = folder.resolve("output");
        Process process = start(output, jdks(), link.toString(), "a b.toml", "--set", "x=$y *");
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

        assertThat(output)
                .content()
                .contains("java " + process.pid() + " " + folder.toRealPath())
                .endsWith("[dev.ginkgo.run.cli.Main]\n[a b.toml]\n[--set]\n[x=$y *]\n")
                .contains("ginkgo-runner/target/dist/lib/a.jar]");
    }

    @Test
    @DisplayName("a GINKGO_JAVA_HOME that is no JDK 25 is told, not passed over")
    void explicitHome() throws Exception {
        jdk("old/17", "17.0.21");
        Map<String, String> variables = new TreeMap<>(jdks());
        variables.put("GINKGO_JAVA_HOME", folder.resolve("old/17").toString());

        assertThat(ginkgo(variables, "version").code()).isEqualTo(78);

        variables.put("GINKGO_JAVA_HOME", folder.resolve("jdks/25").toString());
        assertThat(ginkgo(variables, "version").code()).isZero();
    }

    @Test
    @DisplayName("what asks and is gone has the serial collector, what serves has not, and nobody where the user has"
            + " options for the JVM: one with two collectors does not begin")
    void oneCollector() throws Exception {
        assertThat(ginkgo(jdks(), "status", "x").output()).contains("[-XX:+UseSerialGC]");
        assertThat(ginkgo(jdks(), "x.toml").output()).contains("[x.toml]").doesNotContain("UseSerialGC");
        for (String variable : new String[] {"JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"}) {
            Map<String, String> variables = new TreeMap<>(jdks());
            variables.put(variable, "-XX:+UseParallelGC");
            assertThat(ginkgo(variables, "status", "x").output())
                    .as(variable)
                    .contains("[status]")
                    .doesNotContain("UseSerialGC");
        }
    }

    private record Result(int code, String output) {
        List<String> lines() {
            return output.lines().toList();
        }
    }

    private Map<String, String> jdks() {
        return Map.of("GINKGO_JDK_FOLDERS", folder.resolve("jdks").toString());
    }

    private Result ginkgo(Map<String, String> variables, String... words) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        List<String> command = new ArrayList<>(List.of(home.resolve("ginkgo").toString()));
        command.addAll(List.of(words));
        Process process = start(output, variables, command.toArray(String[]::new));
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(output));
    }

    private Process start(Path output, Map<String, String> variables, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // Only the plain tools, so that neither the machine's javac nor its Maven are seen.
        builder.environment().clear();
        builder.environment().put("PATH", tools().toString());
        builder.environment().put("CALLS", folder.resolve("calls").toString());
        builder.environment().putAll(variables);
        return builder.start();
    }

    private Path tools() throws IOException {
        for (String tool : List.of("cat", "dirname", "readlink", "find", "head", "mkdir", "rm", "mv", "sleep")) {
            tool(tool);
        }
        return bin;
    }

    private void tool(String name) throws IOException {
        Path link = bin.resolve(name);
        for (String place : List.of("/bin/", "/usr/bin/")) {
            if (Files.notExists(link) && Files.exists(Path.of(place + name))) {
                script(link, "exec " + place + name + " \"$@\"");
            }
        }
    }

    private long calls() throws IOException {
        return Files.readAllLines(folder.resolve("calls")).size();
    }

    private void jdk(String name, String version) throws IOException {
        Path jdk = folder.resolve(name);
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(jdk.resolve("bin/javac"), "");
        script(jdk.resolve("bin/java"), "echo \"java $$ $(pwd -P)\"; for word; do echo \"[$word]\"; done");
    }

    private List<String> outputs(int count) throws IOException {
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            outputs.add(Files.readString(folder.resolve("output" + i)));
        }
        return outputs;
    }

    private static void script(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.writeString(file, "#!/bin/sh\n" + text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
