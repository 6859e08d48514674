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

/** The archive, unpacked on a machine that has the plain tools and a JDK, and neither the sources nor Maven. */
class DistributionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
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
    @DisplayName("it has the command, its jars, a license, a README and the examples, and a service runs from it")
    void runs() throws Exception {
        assertThat(home.resolve("bin/ginkgo")).isExecutable();
        assertThat(home).isDirectoryContaining("glob:**/LICENSE").isDirectoryContaining("glob:**/README.md");
        assertThat(home.resolve("ginkgo.jsa")).doesNotExist();
        numbersCome();
    }

    @Test
    @DisplayName("it tells its version, and so does each of its jars: a cluster shows which member runs which")
    void version() throws Exception {
        assertThat(run("version").output).startsWith("ginkgo " + versionOfFolder() + ", Java ");
        List<Path> ours = new ArrayList<>();
        for (String place : List.of("lib", "engines/mesh", "engines/zeromq")) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve(place), "ginkgo-*.jar")) {
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
    @DisplayName("R-20 warm-up makes an archive of classes here, which starts use until a jar is newer")
    void warmUp() throws Exception {
        Run warmUp = run("warm-up");
        assertThat(warmUp.code).as(warmUp.output).isZero();
        Path archive = home.resolve("ginkgo.jsa");
        assertThat(warmUp.output).contains("made " + archive.toRealPath());
        assertThat(Files.size(archive)).isGreaterThan(1_000_000);
        assertThat(usesArchive()).isTrue();
        numbersCome();
        // And the second start of a source, which is not compiled any more, opens none of the distribution's jars
        assertThat(jarsOpenedWhileNumbersCome()).isEmpty();
        // When a jar is newer
        Path jar = home.resolve("lib/ginkgo-core-" + versionOfFolder() + ".jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(5)));
        // Then it is left aside, and everything works
        assertThat(usesArchive()).isFalse();
        assertThat(run("version").code).isZero();
    }

    @Test
    @DisplayName("C-19 an engine that is not installed is a 78 that names its artifact and its folder")
    void missingEngine() throws Exception {
        Path toml = Files.writeString(
                folder.resolve("cluster.toml"),
                "service = \"dev.ginkgo.cluster.Cluster\"\n[coordinator]\nengine = \"nats\"\n");
        Run check = run("check", toml.toString());
        assertThat(check.code).isEqualTo(78);
        assertThat(check.output)
                .contains("The engine \"nats\" is not installed; it is the artifact dev.ginkgo:ginkgo-nats: put its jars"
                        + " into " + home.toRealPath().resolve("engines/nats") + ".");
    }

    @Test
    @DisplayName("C-19 the coordinator and the transport each have a folder, and cluster.toml opens both")
    void mesh() throws Exception {
        assertThat(home.resolve("engines/mesh"))
                .isDirectoryContaining("glob:**/ginkgo-mesh-*.jar")
                .isDirectoryContaining("glob:**/jgroups-raft-*.jar")
                .isDirectoryNotContaining("glob:**/jeromq-*.jar");
        assertThat(home.resolve("engines/zeromq"))
                .isDirectoryContaining("glob:**/ginkgo-zeromq-*.jar")
                .isDirectoryContaining("glob:**/jeromq-*.jar")
                .isDirectoryContaining("glob:**/jnacl-*.jar")
                .isDirectoryNotContaining("glob:**/jgroups*.jar");
        assertThat(home.resolve("lib"))
                .isDirectoryNotContaining("glob:**/jgroups*.jar")
                .isDirectoryNotContaining("glob:**/jeromq*.jar");
        Run check = run("check", home.resolve("examples/cluster.toml").toString());
        assertThat(check.code).as(check.output).isZero();
    }

    @Test
    @DisplayName("C-19 of the engines that are installed only the chosen one's folder is opened")
    void onlyTheChosenEngine() throws Exception {
        // Given two engines, each with a class that the other does not have
        for (String name : List.of("one", "other")) {
            Path jar = Files.createDirectories(home.resolve("engines/" + name)).resolve(name + ".jar");
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar, StandardOpenOption.CREATE))) {
                out.putNextEntry(new ZipEntry("engine-" + name + ".txt"));
            }
        }
        Path program = Files.writeString(folder.resolve("Sees.java"), """
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
        assertThat(run(program.toString(), "--set", "engine=one").output).contains("one true", "other false");
        assertThat(run(program.toString()).output).contains("one false", "other false");
    }

    private String versionOfFolder() {
        return home.getFileName().toString().replace("ginkgo-", "");
    }

    private void numbersCome() throws Exception {
        jarsOpenedWhileNumbersCome();
    }

    /** Those of lib; their class loader never closes them. Nothing is known of them where there is no /proc. */
    private List<String> jarsOpenedWhileNumbersCome() throws Exception {
        Path output = folder.resolve("numbers.txt");
        Process process = start(output, "run", "examples/numbers.toml", "--set", "bind=127.0.0.1:0");
        try {
            await().atMost(PATIENCE)
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
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
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
                        // closed meanwhile
                    }
                }
            }
        }
        return files;
    }

    private boolean usesArchive() throws Exception {
        Path output = folder.resolve("flags.txt");
        ProcessBuilder builder = builder(output, "version");
        builder.environment().put("JDK_JAVA_OPTIONS", "-XX:+PrintFlagsFinal");
        assertThat(builder.start().waitFor()).isZero();
        return Files.readString(output).lines().anyMatch(line -> line.matches(".* SharedArchiveFile .*ginkgo.jsa.*"));
    }

    private record Run(int code, String output) {}

    private Run run(String... words) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = start(output, words);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(output));
    }

    private Process start(Path output, String... words) throws IOException {
        return builder(output, words).start();
    }

    private ProcessBuilder builder(Path output, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=HUP,INT,TERM",
                home.resolve("bin/ginkgo").toString()));
        command.addAll(List.of(words));
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

    /** A PATH with what every Unix has, and without Maven and Java. */
    private Path tools() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool :
                List.of("sh", "env", "cat", "dirname", "readlink", "find", "head", "mkdir", "rm", "mv", "cksum")) {
            Path place = Stream.of("/bin/", "/usr/bin/")
                    .map(each -> Path.of(each + tool))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow();
            if (Files.notExists(tools.resolve(tool))) {
                Path script = Files.writeString(tools.resolve(tool), "#!/bin/sh\nexec " + place + " \"$@\"\n");
                assertThat(script.toFile().setExecutable(true)).isTrue();
            }
        }
        return tools;
    }
}
