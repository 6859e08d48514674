package dev.ginkgo.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A release of version 1.0.0 into a repository in a folder, and what users do with it. Builds without the static checks,
 * which do not change a jar. The repository of Maven is read, and not written.
 */
@Tag("long")
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReleaseTest {
    private static final String VERSION = "1.0.0";
    private static final String URL = "https://ginkgo.example.org";
    private static final Path JAVA = Path.of(System.getProperty("java.home"));
    private static final List<String> LIBRARIES = List.of(
            "ginkgo-core",
            "ginkgo-testing",
            "ginkgo-cluster",
            "ginkgo-hub",
            "ginkgo-testing-cluster",
            "ginkgo-runner",
            "ginkgo-mesh",
            "ginkgo-zeromq",
            "ginkgo-jwt",
            "ginkgo-nats",
            "ginkgo-etcd");

    private Path folder = Path.of("");
    private Path repository = Path.of("");

    @BeforeAll
    void release(@TempDir Path empty) throws Exception {
        folder = empty;
        repository = folder.resolve("released");
        Path gpg = executable("gpg", """
                #!/bin/sh
                # Stands for gpg: writes what would be a signature into the file after --output or -o.
                case "$*" in *--version*) echo "gpg (GnuPG) 2.4.0"; exit 0 ;; esac
                while [ $# -gt 0 ]; do
                    case $1 in --output | -o) echo signature >"$2" ;; esac
                    shift
                done
                """);
        Files.writeString(folder.resolve("settings.xml"), """
                <settings>
                  <profiles>
                    <profile>
                      <id>released</id>
                      <repositories><repository><id>released</id><url>%s</url></repository></repositories>
                    </profile>
                  </profiles>
                  <activeProfiles><activeProfile>released</activeProfile></activeProfiles>
                </settings>
                """.formatted(repository.toUri()));
        deploy(
                "one",
                repository,
                "ginkgo-bom," + String.join(",", LIBRARIES),
                "-Dgpg.keyname=x",
                "-Dgpg.executable=" + gpg);
    }

    @Test
    @Order(1)
    @DisplayName("L-35 the release profile adds sources, Javadoc and an SBOM to each jar, and signs everything if a key"
            + " is given")
    void releaseIsComplete() throws IOException {
        for (String library : LIBRARIES) {
            Path directory = directory(repository, library);
            for (String suffix : List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json")) {
                Path file = directory.resolve(library + "-" + VERSION + suffix);
                assertThat(file).isNotEmptyFile();
                assertThat(directory.resolve(file.getFileName() + ".asc")).hasContent("signature");
            }
            assertThat(Files.readString(directory.resolve(library + "-" + VERSION + "-cyclonedx.json")))
                    .contains("\"bomFormat\" : \"CycloneDX\"", "pkg:maven/org.slf4j/slf4j-api@")
                    .doesNotContain("assertj", folder.toString());
        }
        assertThat(directory(repository, "ginkgo-bom").resolve("ginkgo-bom-" + VERSION + ".pom.asc"))
                .exists();
        for (String pom : List.of("ginkgo", "ginkgo-bom")) {
            assertThat(Files.readString(directory(repository, pom).resolve(pom + "-" + VERSION + ".pom")))
                    .contains("<ginkgo.url>" + URL + "<", "<ginkgo.scm>" + URL + "/ginkgo.git<");
        }
        // And what is not for users is not published
        try (Stream<Path> published = Files.list(repository.resolve("dev/ginkgo"))) {
            List<String> expected = new ArrayList<>(LIBRARIES);
            expected.addAll(List.of("ginkgo", "ginkgo-bom"));
            assertThat(published.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    @Order(2)
    @DisplayName("L-65 a release is rejected unless its POMs name the web page and the repository of the sources")
    void releaseWithoutMetadataIsRejected() throws Exception {
        Path tree = SourceCopy.into(folder.resolve("without"));
        for (String module : List.of(".", "ginkgo-bom")) {
            Result result = execute(
                    tree,
                    mavenCommand("-N", "-f", module, "-Prelease", "-Dginkgo.url=https://example.org", "validate"));
            assertThat(result.code).as(result.output).isNotZero();
            assertThat(result.output).contains("set the property ginkgo.url, https://", "set the property ginkgo.scm");
        }
    }

    @Test
    @Order(2)
    @DisplayName("L-34 a second build in another folder gives the same bytes: jars, sources, Javadoc and SBOM")
    void buildIsReproducible() throws Exception {
        List<String> some = List.of("ginkgo-core", "ginkgo-testing", "ginkgo-cluster", "ginkgo-hub");
        Path again = folder.resolve("again");

        deploy("a-longer-name/two", again, String.join(",", some));

        for (String library : some) {
            Map<String, Path> first = files(directory(repository, library));
            first.keySet().removeIf(name -> name.contains(".asc"));
            Map<String, Path> second = files(directory(again, library));
            assertThat(second).hasSameSizeAs(first).hasSizeGreaterThanOrEqualTo(5);
            first.forEach((name, file) -> assertThat(second.get(name)).as(name).hasSameBinaryContentAs(file));
        }
    }

    @Test
    @Order(3)
    @DisplayName(
            "L-36 a Maven project that imports the BOM compiles, tests with the JUnit extension and passes, and the same"
                    + " program compiles with javac and runs")
    void foreignProjectWorks() throws Exception {
        Path project = Files.createDirectories(folder.resolve("foreign"));
        write(project.resolve("pom.xml"), POM);
        write(project.resolve("src/main/java/App.java"), APP);
        write(project.resolve("src/test/java/AppTest.java"), APP_TEST);
        Path classPathFile = project.resolve("classpath.txt");

        // When Maven builds it
        String output = maven(
                project,
                "test",
                "dependency:build-classpath",
                "-DincludeScope=runtime",
                "-Dmdep.outputFile=" + classPathFile);

        // Then its test has run, with what is published only
        assertThat(output).contains("Tests run: 1, Failures: 0, Errors: 0, Skipped: 0");
        String classPath = Files.readString(classPathFile).strip();
        List<String> jars = Arrays.stream(classPath.split(File.pathSeparator))
                .map(jar -> Path.of(jar).getFileName().toString())
                .toList();
        assertThat(jars)
                .contains("ginkgo-hub-1.0.0.jar", "ginkgo-core-1.0.0.jar", "ginkgo-cluster-1.0.0.jar")
                .noneMatch(
                        jar -> jar.contains("junit") || jar.contains("micrometer") || jar.contains("ginkgo-testing"));

        // When plain javac compiles it against these jars, then it runs
        String javac = JAVA.resolve("bin/javac").toString();
        run(project, javac, "-Xlint:all", "-Werror", "-cp", classPath, "-d", "plain", "src/main/java/App.java");
        String java = JAVA.resolve("bin/java").toString();
        assertThat(run(project, java, "-cp", "plain" + File.pathSeparator + classPath, "App"))
                .contains("published to /words");
    }

    @Test
    @Order(4)
    @DisplayName("L-37 a build with a baseline passes with the same API, and fails on a method that was removed")
    void incompatibleChangeFails() throws Exception {
        Path tree = SourceCopy.into(folder.resolve("three"));
        List<String> command =
                List.of("-Dlauncher", "-Dginkgo.api.baseline=" + VERSION, "-pl", "ginkgo-core", "-am", "verify");
        maven(tree, command.toArray(String[]::new));

        // When a public method is removed, and one that is not public API
        Path source = tree.resolve("ginkgo-core/src/main/java/dev/ginkgo/Ginkgo.java");
        String text = Files.readString(source);
        String removed = "public int exitOnTerm()";
        assertThat(text).contains(removed);
        write(source, text.replace(removed, "int exitOnTerm()"));
        Result result = execute(tree, mavenCommand(command.toArray(String[]::new)));

        // Then
        assertThat(result.code).as(result.output).isNotZero();
        assertThat(result.output).contains("dev.ginkgo.Ginkgo.exitOnTerm():METHOD_");
    }

    private static final String POM = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>org.example</groupId>
              <artifactId>app</artifactId>
              <version>1</version>
              <properties>
                <maven.compiler.release>25</maven.compiler.release>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
              </properties>
              <dependencyManagement>
                <dependencies>
                  <dependency>
                    <groupId>dev.ginkgo</groupId><artifactId>ginkgo-bom</artifactId><version>1.0.0</version>
                    <type>pom</type><scope>import</scope>
                  </dependency>
                </dependencies>
              </dependencyManagement>
              <dependencies>
                <dependency><groupId>dev.ginkgo</groupId><artifactId>ginkgo-hub</artifactId></dependency>
                <dependency><groupId>dev.ginkgo</groupId><artifactId>ginkgo-testing</artifactId><scope>test</scope></dependency>
                <dependency>
                  <groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>6.1.3</version><scope>test</scope>
                </dependency>
              </dependencies>
              <build>
                <plugins>
                  <plugin><artifactId>maven-resources-plugin</artifactId><version>3.4.0</version></plugin>
                  <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.15.0</version></plugin>
                  <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.6.1</version></plugin>
                </plugins>
              </build>
            </project>
            """;

    private static final String APP = """
            import dev.ginkgo.Ginkgo;
            import dev.ginkgo.Service;
            import dev.ginkgo.hub.MessageHub;

            public final class App extends Service {
                final MessageHub hub = add("hub", new MessageHub());
                String channel = "";

                @Override
                protected void onStart() {
                    channel = hub.publish("/words", "hello").channel();
                }

                public static void main(String[] args) {
                    App app = new App();
                    try (Ginkgo tree = Ginkgo.start(app, "[hub.http]\\nbind = \\"127.0.0.1:0\\"")) {
                        System.out.println("published to " + app.channel + ", " + tree.status().state());
                    }
                }
            }
            """;

    private static final String APP_TEST = """
            import static org.junit.jupiter.api.Assertions.assertEquals;

            import dev.ginkgo.testing.FakeClock;
            import dev.ginkgo.testing.junit.GinkgoExtension;
            import org.junit.jupiter.api.Test;
            import org.junit.jupiter.api.extension.RegisterExtension;

            class AppTest {
                @RegisterExtension
                final GinkgoExtension tree = GinkgoExtension.of(App::new).toml("hub.http.bind = '127.0.0.1:0'");

                @Test
                void publishes(App app, FakeClock clock) {
                    assertEquals("/words", app.channel);
                }
            }
            """;

    /** Builds a copy of the sources as version 1.0.0, and deploys modules into a repository. */
    private void deploy(String name, Path target, String modules, String... options) throws Exception {
        Path tree = SourceCopy.into(folder.resolve(name));
        try (Stream<Path> files = Files.walk(tree, 2)) {
            for (Path pom : files.filter(file -> file.endsWith("pom.xml")).toList()) {
                String text = Files.readString(pom);
                assertThat(text).containsPattern("<version>\\S+-SNAPSHOT</version>");
                write(
                        pom,
                        text.replaceFirst("<version>\\S+-SNAPSHOT</version>", "<version>" + VERSION + "</version>")
                                .replace("<ginkgo.url/>", "<ginkgo.url>" + URL + "</ginkgo.url>")
                                .replace("<ginkgo.scm/>", "<ginkgo.scm>" + URL + "/ginkgo.git</ginkgo.scm>"));
            }
        }
        List<String> arguments = new ArrayList<>(List.of(
                "-Dlauncher",
                "-Prelease",
                "-Dmaven.install.skip",
                "-DaltDeploymentRepository=target::" + target.toUri(),
                "-pl",
                modules,
                "-am",
                "deploy"));
        arguments.addAll(List.of(options));
        maven(tree, arguments.toArray(String[]::new));
    }

    private static Path directory(Path repository, String artifact) {
        return repository.resolve("dev/ginkgo").resolve(artifact).resolve(VERSION);
    }

    private static Map<String, Path> files(Path directory) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            all.forEach(file -> files.put(file.getFileName().toString(), file));
        }
        return files;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Path executable(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private record Result(int code, String output) {}

    private String maven(Path directory, String... arguments) throws Exception {
        return run(directory, mavenCommand(arguments));
    }

    private String[] mavenCommand(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "mvn",
                "-B",
                "-ntp",
                "-s",
                folder.resolve("settings.xml").toString(),
                "-Dstyle.color=never",
                "-Dmaven.repo.local=" + folder.resolve("local"),
                "-Dmaven.repo.local.tail=" + System.getProperty("ginkgo.maven.repository"),
                "-Dmaven.repo.local.tail.ignoreAvailability=true"));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    private String run(Path directory, String... command) throws Exception {
        Result result = execute(directory, command);
        assertThat(result.code)
                .as("%s: %s", String.join(" ", command), result.output)
                .isZero();
        return result.output;
    }

    private Result execute(Path directory, String... command) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", JAVA.toString());
        builder.environment().remove("MAVEN_OPTS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(30, TimeUnit.MINUTES)).as(command[0]).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(output));
    }
}
