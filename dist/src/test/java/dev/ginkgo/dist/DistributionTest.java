package dev.ginkgo.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unpacked archive with only standard tools and a JDK on the PATH, without the sources and Maven. */
class DistributionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern PORT = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

    @TempDir
    private Path folder = Path.of("");

    private Path home = Path.of("");

    @BeforeEach
    void unpack() throws Exception {
        Process tar = new ProcessBuilder("tar", "xzf", System.getProperty("ginkgo.archive"), "-C", folder.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        try (Stream<Path> unpacked = Files.list(folder)) {
            home = unpacked.filter(each -> each.getFileName().toString().startsWith("ginkgo-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    @DisplayName("the archive has the command, its jars, a license, a README and examples, and runs a service")
    void runsService() throws Exception {
        assertThat(home.resolve("bin/ginkgo")).isExecutable();
        assertThat(home).isDirectoryContaining("glob:**/LICENSE").isDirectoryContaining("glob:**/README.md");
        assertThat(home.resolve("ginkgo.jsa")).doesNotExist();
        runNumberServer();
    }

    @Test
    @DisplayName("the command prints its version, and each jar contains it: a cluster shows it for each member")
    void containsVersion() throws Exception {
        assertThat(run("version").output).startsWith("ginkgo " + versionOfFolder() + ", Java ");
        List<Path> ours = new ArrayList<>();
        for (String directory :
                List.of("lib", "engines/mesh", "engines/zeromq", "engines/jwt", "engines/nats", "engines/etcd")) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve(directory), "ginkgo-*.jar")) {
                jars.forEach(ours::add);
            }
        }
        assertThat(ours).hasSizeGreaterThan(4).allSatisfy(path -> {
            try (JarFile jar = new JarFile(path.toFile())) {
                assertThat(jar.getManifest().getMainAttributes().getValue(Name.IMPLEMENTATION_VERSION))
                        .isEqualTo(versionOfFolder());
            }
        });
    }

    @Test
    @DisplayName(
            "R-20 R-103 warm-up creates a class-data archive and an AOT cache, which are used until a jar has changed")
    void warmUpCreatesClassDataArchive() throws Exception {
        Run warmUp = run("warm-up");
        assertThat(warmUp.code).as(warmUp.output).isZero();
        Path archive = home.resolve("ginkgo.jsa");
        assertThat(warmUp.output).contains("created " + archive.toRealPath());
        assertThat(Files.size(archive)).isGreaterThan(1_000_000);
        assertThat(usesArchive()).isTrue();
        runNumberServer();
        // And the second start of a source file, which is not compiled again, opens no jar of the distribution
        assertThat(jarsOpenedByNumberServer()).isEmpty();
        assertThat(cacheMappedByCheck()).isTrue();
        // When a jar is newer
        Path jar = home.resolve("lib/ginkgo-core-" + versionOfFolder() + ".jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(5)));
        // Then the archive is ignored, and the command works
        assertThat(usesArchive()).isFalse();
        assertThat(cacheMappedByCheck()).isFalse();
        assertThat(run("version").code).isZero();
    }

    @Test
    @DisplayName(
            "H-305 objects have compact headers if the JDK has its own classes archived with them, unless the user decides")
    void compactHeaders_ifArchived() throws Exception {
        Path archive = Path.of(System.getProperty("java.home"), "lib", "server", "classes_coh.jsa");
        assertThat(flags("")).containsPattern("UseCompactObjectHeaders += " + Files.exists(archive));
        assertThat(flags("-XX:-UseCompactObjectHeaders")).containsPattern("UseCompactObjectHeaders += false");
    }

    @Test
    @DisplayName(
            "R-120 an idle service returns memory to the system; the options of the user replace those of the launcher")
    void idleServiceReturnsMemory_unlessTheUserDecides() throws Exception {
        assertThat(flags("-XX:MinHeapFreeRatio=80 -XX:MaxHeapFreeRatio=90 -XX:TrimNativeHeapInterval=0"))
                .containsPattern("G1PeriodicGCInterval += 300000")
                .containsPattern("MaxHeapFreeRatio += 90")
                .containsPattern("TrimNativeHeapInterval += 0 ");
    }

    @Test
    @DisplayName("C-19 an engine that is not installed is exit code 78, with its artifact and folder in the message")
    void missingEngineIsNamed() throws Exception {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve("engines/nats"))) {
            for (Path jar : jars) {
                Files.delete(jar);
            }
        }
        Path toml = Files.writeString(
                folder.resolve("cluster.toml"),
                "service = \"dev.ginkgo.cluster.Cluster\"\n[coordinator]\nengine = \"nats\"\n");
        Run check = run("check", toml.toString());
        assertThat(check.code).isEqualTo(78);
        assertThat(check.output)
                .contains(
                        "The engine \"nats\" is not installed; it is the artifact dev.ginkgo:ginkgo-nats: put its jars"
                                + " into " + home.toRealPath().resolve("engines/nats") + ".");
    }

    @Test
    @DisplayName("C-19 a table auth.jwt opens the engine jwt, which reads the configured keys")
    void jwtIsOpenedByItsTable() throws Exception {
        Run run = run("run", "dev.ginkgo.hub.MessageHub", "--set", "auth.jwt.keys=/nowhere/keys.json");
        assertThat(run.code).isNotZero();
        assertThat(run.output).contains("/nowhere/keys.json").doesNotContain("needs the artifact");
    }

    @Test
    @DisplayName("C-70 the engine etcd is in a folder of its own, and rejects the default lease before anything starts")
    void etcdRejectsALeaseBelowItsMinimum() throws Exception {
        assertThat(home.resolve("engines/etcd")).isDirectoryContaining("glob:**/ginkgo-etcd-*.jar");
        assertThat(home.resolve("lib")).isDirectoryNotContaining("glob:**/ginkgo-etcd-*.jar");
        Run run = run("run", "dev.ginkgo.cluster.Cluster", "--set", "coordinator.engine=etcd");
        assertThat(run.code).as(run.output).isEqualTo(78);
        assertThat(run.output)
                .contains("is not supported by the engine \"etcd\"")
                .contains("set ttl = \"2s\"");
    }

    @Test
    @DisplayName("C-19 the coordinator and the transport each have a folder, and cluster.toml uses both")
    void enginesHaveTheirOwnFolders() throws Exception {
        assertThat(home.resolve("engines/mesh"))
                .isDirectoryContaining("glob:**/ginkgo-mesh-*.jar")
                .isDirectoryContaining("glob:**/jgroups-raft-*.jar")
                .isDirectoryNotContaining("glob:**/jnacl-*.jar");
        assertThat(home.resolve("engines/zeromq"))
                .isDirectoryContaining("glob:**/ginkgo-zeromq-*.jar")
                .isDirectoryContaining("glob:**/jnacl-*.jar")
                .isDirectoryNotContaining("glob:**/jgroups*.jar");
        assertThat(home.resolve("lib"))
                .isDirectoryNotContaining("glob:**/jgroups*.jar")
                .isDirectoryNotContaining("glob:**/jnacl*.jar")
                .isDirectoryNotContaining("glob:**/nimbus*.jar")
                .isDirectoryNotContaining("glob:**/jnats*.jar");
        assertThat(home.resolve("engines/jwt"))
                .isDirectoryContaining("glob:**/ginkgo-jwt-*.jar")
                .isDirectoryContaining("glob:**/nimbus-jose-jwt-*.jar");
        assertThat(home.resolve("engines/nats"))
                .isDirectoryContaining("glob:**/ginkgo-nats-*.jar")
                .isDirectoryContaining("glob:**/jnats-*.jar")
                .isDirectoryNotContaining("glob:**/bcprov*.jar");
        Run check = run("check", home.resolve("examples/cluster.toml").toString());
        assertThat(check.code).as(check.output).isZero();
    }

    @Test
    @DisplayName("C-19 only the folder of the configured engine is opened")
    void opensOnlyConfiguredEngine() throws Exception {
        // Given two engines, each with a resource that the other does not have
        for (String name : List.of("one", "other")) {
            Path jar = Files.createDirectories(home.resolve("engines/" + name)).resolve(name + ".jar");
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar, StandardOpenOption.CREATE))) {
                out.putNextEntry(new ZipEntry("engine-" + name + ".txt"));
            }
        }
        Path source = Files.writeString(folder.resolve("Sees.java"), """
                import dev.ginkgo.*;
                class Sees extends Service {
                    final Setting<String> engine = setting("engine", "none");
                    @Override protected void onStart() {
                        for (String name : new String[] {"one", "other"}) {
                            var own = getClass().getClassLoader().getResource("engine-" + name + ".txt");
                            IO.println(name + " " + (own != null));
                        }
                        spawn("end", this::stop);
                    }
                }
                """);
        assertThat(run(source.toString(), "--set", "engine=one").output).contains("one true", "other false");
        assertThat(run(source.toString()).output).contains("one false", "other false");
    }

    private String versionOfFolder() {
        return home.getFileName().toString().replace("ginkgo-", "");
    }

    private void runNumberServer() throws Exception {
        jarsOpenedByNumberServer();
    }

    /**
     * Runs the number server and returns the jars that it has open: those of lib, which its class loader never closes.
     * Empty where there is no /proc.
     */
    private List<String> jarsOpenedByNumberServer() throws Exception {
        Path output = folder.resolve("numbers.txt");
        Process process = start(output, "run", "examples/numbers.toml", "--set", "bind=127.0.0.1:0");
        try {
            await().atMost(TIMEOUT)
                    .until(() -> Files.readString(output).contains("press Ctrl-C to stop") || !process.isAlive());
            Matcher port = PORT.matcher(Files.readString(output));
            assertThat(port.find()).as(Files.readString(output)).isTrue();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)));
                    BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
                assertThat(Integer.parseInt(String.valueOf(lines.readLine()))).isBetween(0, 10);
            }
            List<String> jars = openFiles(process.pid()).stream()
                    .filter(file -> file.endsWith(".jar"))
                    .toList();
            process.destroy();
            assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            return jars;
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> openFiles(long pid) throws IOException {
        Path descriptors = Path.of("/proc/" + pid + "/fd");
        List<String> files = new ArrayList<>();
        if (Files.isDirectory(descriptors)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
                for (Path each : all) {
                    try {
                        files.add(Files.readSymbolicLink(each).toString());
                    } catch (NoSuchFileException e) {
                        // closed in the meantime
                    }
                }
            }
        }
        return files;
    }

    private boolean usesArchive() throws Exception {
        return flags("").lines().anyMatch(line -> line.matches(".* SharedArchiveFile .*ginkgo.jsa.*"));
    }

    /** Returns whether the JVM that checks a configuration uses the AOT cache, according to its log. */
    private boolean cacheMappedByCheck() throws Exception {
        Path log = folder.resolve("aot.txt");
        Files.deleteIfExists(log);
        ProcessBuilder builder = builder(folder.resolve("check.txt"), "check", "examples/numbers.toml");
        builder.environment().put("_JAVA_OPTIONS", "-Xlog:aot=info:file=" + log);
        assertThat(builder.start().waitFor()).isZero();
        return Files.readString(log).contains("Using AOT-linked classes: true");
    }

    /** Returns the flags of the JVM of a command. */
    private String flags(String options) throws Exception {
        Path output = folder.resolve("flags.txt");
        ProcessBuilder builder = builder(output, "version");
        builder.environment().put("JDK_JAVA_OPTIONS", "-XX:+PrintFlagsFinal " + options);
        assertThat(builder.start().waitFor()).isZero();
        return Files.readString(output);
    }

    private record Run(int code, String output) {}

    private Run run(String... arguments) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = start(output, arguments);
        assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(output));
    }

    private Process start(Path output, String... arguments) throws IOException {
        return builder(output, arguments).start();
    }

    private ProcessBuilder builder(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=HUP,INT,TERM",
                home.resolve("bin/ginkgo").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", tools().toString());
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        builder.environment().put("GINKGO_JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    /** Returns a directory for PATH with standard Unix tools, without Maven and Java. */
    private Path tools() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of(
                "sh",
                "env",
                "cat",
                "dirname",
                "readlink",
                "find",
                "head",
                "mkdir",
                "rm",
                "mv",
                "cksum",
                "stat",
                "cmp")) {
            Path executable = Stream.of("/bin/", "/usr/bin/")
                    .map(each -> Path.of(each + tool))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow();
            if (Files.notExists(tools.resolve(tool))) {
                Path script = Files.writeString(tools.resolve(tool), "#!/bin/sh\nexec " + executable + " \"$@\"\n");
                assertThat(script.toFile().setExecutable(true)).isTrue();
            }
        }
        return tools;
    }
}
