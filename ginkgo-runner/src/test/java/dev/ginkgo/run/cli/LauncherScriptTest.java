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

/** The {@code ginkgo} script, with fake JDKs and a fake Maven that only record their calls. */
class LauncherScriptTest {
    private static final String MAVEN = """
            echo "$*" >>"$CALLS"
            echo '[INFO] Building Ginkgo Core 0.1.0-SNAPSHOT                                [2/9]'
            echo '[INFO] Building jar: /somewhere/ginkgo-core.jar'
            mkdir -p dist/target/launcher/ginkgo/lib
            : >dist/target/launcher/ginkgo/lib/a.jar
            """;

    @TempDir
    private Path folder = Path.of("");

    private Path home = Path.of("");
    private Path bin = Path.of("");

    @BeforeEach
    void createCheckout() throws IOException {
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
    @DisplayName("without a JDK 25 the script prints in one line what to install, and exits with 78")
    void reportsMissingJdk() throws Exception {
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
    @DisplayName("C-31 the script builds once, and again if a source file is newer or deleted, and prints that")
    void buildsOnce_andAfterChange() throws Exception {
        assertThat(ginkgo(jdks(), "version").output())
                .contains("building ginkgo (once)…")
                .contains("java ");
        assertThat(ginkgo(jdks(), "version").output()).doesNotContain("building");
        assertThat(calls()).isEqualTo(1);

        Path source = Files.writeString(home.resolve("ginkgo-core/src/main/New.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(ginkgo(jdks(), "version").output()).contains("building");
        assertThat(calls()).isEqualTo(2);

        Files.delete(source);
        Files.setLastModifiedTime(
                home.resolve("ginkgo-core/src/main"),
                FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(ginkgo(jdks(), "version").output()).contains("building");
    }

    @Test
    @DisplayName("R-104 a project that is created in the checkout, or changes there, does not build Ginkgo again")
    void ignoresOtherProjects() throws Exception {
        ginkgo(jdks(), "version");
        Path project = Files.createDirectories(home.resolve("shop/src/main"));
        for (Path file : List.of(home.resolve("shop/pom.xml"), project.resolve("Shop.java"))) {
            Files.writeString(file, "");
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
        }

        assertThat(ginkgo(jdks(), "version").output()).doesNotContain("building");
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "C-31 the build runs without checks and tests, on two cores, and prints each module and the elapsed time")
    void printsProgress() throws Exception {
        Result result = ginkgo(jdks(), "version");

        assertThat(calls()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("calls"))).contains("-T 2 -Dlauncher -pl dist -am ");
        assertThat(result.output())
                .containsPattern("\\[2/9] Ginkgo Core \\(\\d+ s\\)\n")
                .doesNotContain("jar:");
    }

    @Test
    @DisplayName("C-31 the build counts the files that it downloads")
    void printsDownloads() throws Exception {
        script(
                bin.resolve("mvn"),
                "i=0; while [ $i -lt 120 ]; do i=$((i + 1)); echo '[INFO] Downloaded from central: x'; done\n" + MAVEN);

        assertThat(ginkgo(jdks(), "version").output())
                .containsPattern("\n *50 files downloaded \\(\\d+ s\\)\n *100 files downloaded \\(\\d+ s\\)\n")
                .doesNotContain("central");
    }

    @ParameterizedTest(name = "with flock: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("of concurrent launches one builds, and the others print that they wait")
    void buildsOnce_whenLaunchedConcurrently(boolean flock) throws Exception {
        if (flock) {
            tool("flock");
        }
        Path gate = folder.resolve("gate");
        script(bin.resolve("mvn"), "while [ ! -e '" + gate + "' ]; do sleep 0.1; done\n" + MAVEN);
        // When
        List<Process> launches = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            launches.add(start(
                    folder.resolve("output" + i), jdks(), home.resolve("ginkgo").toString(), "version"));
        }
        // Then
        await().atMost(Duration.ofSeconds(30))
                .until(() -> outputs(3).stream().allMatch(output -> output.contains("…")));
        assertThat(outputs(3)).filteredOn(output -> output.contains("building")).hasSize(1);
        assertThat(outputs(3))
                .filteredOn(output -> output.contains("waiting for another process that builds"))
                .hasSize(2);
        Files.createFile(gate);
        for (Process launch : launches) {
            assertThat(launch.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(launch.exitValue()).isZero();
        }
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    @DisplayName("an interrupted build does not block the next one with flock, and is reported without it")
    void recoversFromInterruptedBuild() throws Exception {
        // Given the files that a killed build leaves behind
        Path target = Files.createDirectories(home.resolve("dist/target"));
        Files.writeString(target.resolve("launcher.lock"), "");
        Process ended = new ProcessBuilder("true").start();
        assertThat(ended.waitFor()).isZero();
        Path folderOfLock = Files.createDirectories(target.resolve("launcher.lock.d"));
        Files.writeString(folderOfLock.resolve("pid"), ended.pid() + "\n");
        // Then
        Result without = ginkgo(jdks(), "version");
        assertThat(without.code()).isEqualTo(78);
        assertThat(without.output()).contains("remove").contains("launcher.lock.d");
        tool("flock");
        assertThat(ginkgo(jdks(), "version").code()).isZero();
    }

    @Test
    @DisplayName("a failed build prints the output of Maven, and the next launch builds again")
    void reportsFailedBuild() throws Exception {
        script(bin.resolve("mvn"), "echo 'no such plugin'; exit 1");

        Result result = ginkgo(jdks(), "version");

        assertThat(result.code()).isEqualTo(78);
        assertThat(result.output()).contains("no such plugin");
        assertThat(ginkgo(jdks(), "version").output()).contains("building");
    }

    @Test
    @DisplayName("in a distribution with a Java runtime, that one is used, unless GINKGO_JAVA_HOME names another")
    void prefersBundledRuntime() throws Exception {
        // Given a distribution instead of a checkout
        Files.delete(home.resolve("pom.xml"));
        Path distribution = Files.createDirectories(folder.resolve("dist"));
        Files.createDirectories(distribution.resolve("bin"));
        Files.createDirectories(distribution.resolve("lib"));
        Files.writeString(distribution.resolve("lib/a.jar"), "");
        Files.move(home.resolve("ginkgo"), distribution.resolve("bin/ginkgo"));
        home = distribution.resolve("bin");
        jdk("dist/runtime", "25.0.3");
        script(folder.resolve("dist/runtime/bin/java"), "echo bundled");
        // Then
        assertThat(ginkgo(jdks(), "version").output()).isEqualTo("bundled\n");
        Map<String, String> variables = new TreeMap<>(jdks());
        variables.put("JAVA_HOME", folder.resolve("jdks/25").toString());
        assertThat(ginkgo(variables, "version").output()).isEqualTo("bundled\n");
        variables.put("GINKGO_JAVA_HOME", folder.resolve("jdks/25").toString());
        assertThat(ginkgo(variables, "version").output()).contains("[version]");
    }

    @Test
    @DisplayName("without Maven the script prints in one line what to install")
    void reportsMissingMaven() throws Exception {
        Files.delete(bin.resolve("mvn"));

        Result result = ginkgo(jdks(), "version");

        assertThat(result.code()).isEqualTo(78);
        assertThat(result.lines()).hasSize(1);
        assertThat(result.output()).contains("apt-get install maven");
    }

    @Test
    @DisplayName(
            "arguments are passed to Java unchanged, also through a symbolic link and from another folder, with exec")
    void passesArguments() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("gk"), Path.of("check out/ginkgo"));
        ginkgo(jdks(), "version");

        Path output = folder.resolve("output");
        Process process = start(output, jdks(), link.toString(), "a b.toml", "--set", "x=$y *");
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

        assertThat(output)
                .content()
                .contains("java " + process.pid() + " " + folder.toRealPath())
                .endsWith("[dev.ginkgo.run.cli.Main]\n[a b.toml]\n[--set]\n[x=$y *]\n")
                .contains("dist/target/launcher/ginkgo/lib/a.jar]");
    }

    @Test
    @DisplayName("a GINKGO_JAVA_HOME that is not a JDK 25 is an error, not ignored")
    void rejectsWrongJavaHome() throws Exception {
        jdk("old/17", "17.0.21");
        Map<String, String> variables = new TreeMap<>(jdks());
        variables.put("GINKGO_JAVA_HOME", folder.resolve("old/17").toString());

        assertThat(ginkgo(variables, "version").code()).isEqualTo(78);

        variables.put("GINKGO_JAVA_HOME", folder.resolve("jdks/25").toString());
        assertThat(ginkgo(variables, "version").code()).isZero();
    }

    @Test
    @DisplayName(
            "short-lived commands use the serial collector, services do not; the option is omitted if the user sets JVM"
                    + " options, because a JVM with two collectors does not start")
    void selectsOneCollector() throws Exception {
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

    @Test
    @DisplayName("R-120 an idle service returns memory to the system; an option that the user sets is not set again")
    void idleServiceReturnsMemory_unlessTheUserSetsTheOption() throws Exception {
        String collection = "[-XX:G1PeriodicGCInterval=300000]";
        String ratio = "[-XX:MaxHeapFreeRatio=40]";
        String trim = "[-XX:TrimNativeHeapInterval=300000]";

        assertThat(ginkgo(jdks(), "x.toml").output()).contains(collection, ratio, trim);
        assertThat(ginkgo(jdks(), "status", "x").output()).doesNotContain("GCInterval", "FreeRatio", "TrimNative");
        assertThat(withOptions("-Xmx1g -XX:G1PeriodicGCInterval=0"))
                .contains(ratio, trim)
                .doesNotContain("GCInterval");
        assertThat(withOptions("-XX:TrimNativeHeapInterval=0"))
                .contains(collection, ratio)
                .doesNotContain("TrimNative");
        assertThat(withOptions("-XX:MinHeapFreeRatio=80"))
                .contains(collection, trim)
                .doesNotContain("FreeRatio");
        assertThat(withOptions("@options.txt")).contains("[x.toml]").doesNotContain("GCInterval", "FreeRatio");
    }

    @Test
    @DisplayName(
            "R-115 a service that the command restart starts has the same JVM options as one that the command start starts")
    void restartedServiceReturnsMemory() throws Exception {
        // Given a daemon that reports that it is ready
        tool("setsid");
        ginkgo(jdks(), "version");
        script(
                folder.resolve("jdks/25/bin/java"),
                "for word; do [ \"$word\" != restart ] || { echo start; exit; }; done\n"
                        + "for word; do echo \"[$word]\"; done; echo '= 0' >&3");
        // When
        Result started = ginkgo(jdks(), "start", "x.toml");
        Result restarted = ginkgo(jdks(), "restart", "x.toml");
        // Then
        assertThat(started.output()).contains("[-XX:G1PeriodicGCInterval=300000]", "[start]");
        assertThat(restarted.lines()).isEqualTo(started.lines());
    }

    @Test
    @DisplayName("R-116 what a file of JVM options may set is not set by the script")
    void leavesDecisionsToFileOfOptions() throws Exception {
        Path archive = folder.resolve("jdks/25/lib/server/classes_coh.jsa");
        Files.createDirectories(archive.getParent());
        Files.createFile(archive);
        assertThat(withOptions("-Xmx1g")).contains("[-XX:+UseCompactObjectHeaders]", "[-XX:MaxHeapFreeRatio=40]");

        for (String options : List.of("@options.txt", "-XX:VMOptionsFile=options.txt", "-XX:Flags=options.txt")) {
            assertThat(withOptions(options))
                    .as(options)
                    .contains("[x.toml]")
                    .doesNotContain("ObjectHeaders", "GCInterval", "FreeRatio", "TrimNativeHeap");
        }
    }

    @Test
    @DisplayName("R-121 a service does not search for lost buffers, unless the user decides")
    void doesNotSearchForLostBuffers() throws Exception {
        assertThat(withOptions("-Xmx1g")).contains("[-Dio.netty.leakDetection.level=disabled]");
        assertThat(withOptions("-Dio.netty.leakDetection.level=simple")).doesNotContain("leakDetection.level=disabled");
    }

    @Test
    @DisplayName("R-117 a jar that is a symbolic link makes the AOT cache outdated when the file that it names changes")
    void noticesChangeOfLinkedJar() throws Exception {
        // Given
        tool("stat");
        tool("cmp");
        script(
                folder.resolve("jdks/25/bin/java"),
                "for word; do echo \"[$word]\"; case $word in -XX:*Exit=* | -XX:AOTCacheOutput=*) echo x >\"${word#*=}\" ;; esac; done");
        ginkgo(jdks(), "version");
        Path target = Files.writeString(folder.resolve("target.jar"), "old");
        Path jar = home.resolve("dist/target/launcher/ginkgo/lib/a.jar");
        Files.delete(jar);
        Files.createSymbolicLink(jar, target);
        assertThat(ginkgo(jdks(), "warm-up").code()).isZero();
        assertThat(ginkgo(jdks(), "x.toml").output()).contains("-XX:AOTCache=");
        // When
        Files.writeString(target, "a new one");
        // Then
        assertThat(ginkgo(jdks(), "x.toml").output()).contains("[x.toml]").doesNotContain("AOTCache");
    }

    @Test
    @DisplayName(
            "R-103 a service starts with the AOT cache, unless a jar or the JDK has changed, or the user's JVM options may"
                    + " not fit it")
    void usesAotCache_onlyIfItFits() throws Exception {
        // Given a JDK that creates the cache
        tool("stat");
        tool("cmp");
        script(
                folder.resolve("jdks/25/bin/java"),
                "for word; do echo \"[$word]\"; case $word in -XX:AOTCacheOutput=*) echo x >\"${word#*=}\" ;; esac; done");
        ginkgo(jdks(), "version");
        String cache = "[-XX:AOTCache=" + home.toRealPath() + "/dist/target/launcher/ginkgo/ginkgo.aot.";

        // Then
        for (String target : List.of("x.toml", "Hello.java", "Hello", "a.b.Hello")) {
            assertThat(ginkgo(jdks(), target).output()).contains(cache, "[-XX:+UseCompactObjectHeaders]");
        }
        assertThat(ginkgo(jdks(), "run", "Hello").output()).contains(cache);
        assertThat(ginkgo(jdks(), "status", "x").output()).doesNotContain("AOTCache");
        assertThat(withOptions("-Xmx1g -Dx=*")).contains(cache);
        assertThat(withOptions("-XX:G1PeriodicGCInterval=0 -XX:MinHeapFreeRatio=9 -XX:TrimNativeHeapInterval=0"))
                .contains(cache);
        assertThat(withOptions("-Xmx1g -XX:+UseZGC")).contains("[x.toml]").doesNotContain("AOTCache");
        assertThat(withOptions("-Xms1g -Xmx31g -XX:MaxRAMPercentage=50")).contains(cache);
        for (String heap : List.of(
                "-Xmx32g", "-Xmx40000m", "-Xmx40000000000", "-Xms1t", "-XX:MaxHeapSize=64g", "-XX:MaxRAM=256g")) {
            assertThat(withOptions(heap)).as(heap).contains("[x.toml]").doesNotContain("AOTCache");
        }
        assertThat(withOptions("-agentlib:jdwp=transport=dt_socket")).doesNotContain("AOTCache");
        assertThat(withOptions("-XX:-UseCompactObjectHeaders")).doesNotContain("ObjectHeaders", "AOTCache");

        // When a jar has another time, even an earlier one
        Files.setLastModifiedTime(
                home.resolve("dist/target/launcher/ginkgo/lib/a.jar"), FileTime.from(Instant.ofEpochSecond(1)));
        assertThat(ginkgo(jdks(), "x.toml").output()).contains("[x.toml]").doesNotContain("AOTCache");
    }

    @Test
    @DisplayName(
            "R-111 of two warm-ups at a time, with jars replaced in between, the cache of the old jars is never used")
    void neverUsesCacheOfOldJars_whenWarmedUpConcurrently() throws Exception {
        // Given a JDK whose cache is a copy of the jar, and a first warm-up that has read the old jar
        tool("stat");
        tool("cmp");
        Path jar = home.resolve("dist/target/launcher/ginkgo/lib/a.jar");
        Path firstHasRead = folder.resolve("first-has-read");
        Path release = folder.resolve("release");
        script(folder.resolve("jdks/25/bin/java"), """
                for word; do
                    echo "[$word]"
                    case $word in
                        -XX:ArchiveClassesAtExit=*) echo x >"${word#*=}" ;;
                        -XX:AOTCacheOutput=*)
                            cat '%s' >"${word#*=}"
                            if [ -n "${FIRST-}" ]; then
                                : >'%s'
                                while [ ! -e '%s' ]; do sleep 0.05; done
                            fi
                            ;;
                    esac
                done
                """.formatted(jar, firstHasRead, release));
        ginkgo(jdks(), "version");
        Files.writeString(jar, "old jar");
        Map<String, String> variables = new TreeMap<>(jdks());
        variables.put("FIRST", "yes");
        Process first = start(
                folder.resolve("output"), variables, home.resolve("ginkgo").toString(), "warm-up");
        await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(firstHasRead));
        // When the jar is replaced, and the first warm-up ends between the last two steps of the second
        Files.writeString(jar, "the new jar");
        Path real = Files.move(bin.resolve("mv"), bin.resolve("real-mv"));
        script(bin.resolve("mv"), """
                case $* in
                    *inputs*)
                        : >'%s'
                        while [ -z "${FIRST-}" ] && kill -0 %d 2>/dev/null; do sleep 0.05; done
                        ;;
                esac
                exec '%s' "$@"
                """.formatted(release, first.pid(), real));
        Result second = ginkgo(jdks(), "warm-up");
        // Then
        assertThat(second.code()).as(second.output()).isZero();
        assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
        String used = ginkgo(jdks(), "x.toml").lines().stream()
                .filter(line -> line.startsWith("[-XX:AOTCache="))
                .findFirst()
                .orElseThrow();
        assertThat(Path.of(used.substring("[-XX:AOTCache=".length(), used.length() - 1)))
                .hasContent("the new jar");
    }

    private String withOptions(String options) throws Exception {
        Map<String, String> variables = new TreeMap<>(jdks());
        variables.put("JDK_JAVA_OPTIONS", options);
        return ginkgo(variables, "x.toml").output();
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
        // The path contains only basic tools, so that the script does not find the machine's javac or Maven.
        builder.environment().clear();
        builder.environment().put("PATH", tools().toString());
        builder.environment().put("CALLS", folder.resolve("calls").toString());
        builder.environment().putAll(variables);
        return builder.start();
    }

    private Path tools() throws IOException {
        for (String tool :
                List.of("cat", "date", "dirname", "find", "head", "mkdir", "mv", "readlink", "rm", "sleep")) {
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
