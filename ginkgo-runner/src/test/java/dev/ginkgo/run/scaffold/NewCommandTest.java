package dev.ginkgo.run.scaffold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.InProcessCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** New projects: their code compiles, their test passes, and their configuration is valid. */
class NewCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void createCommand() {
        ginkgo = new InProcessCommand(folder);
    }

    @Test
    @DisplayName(
            "C-35 the code of a new project compiles without warnings, its test passes, and its configuration is valid")
    void projectWorksAtOnce() throws Exception {
        // When
        assertThat(ginkgo.run("new", "number-gateway")).as(ginkgo.err()).isZero();

        // Then
        assertThat(ginkgo.out()).contains("cd number-gateway", "ginkgo dev number-gateway.toml", "mvn verify");
        Path project = folder.resolve("number-gateway");
        assertThat(files(project))
                .containsExactlyInAnyOrder(
                        ".gitignore",
                        "Dockerfile",
                        "README.md",
                        "number-gateway.toml",
                        "pom.xml",
                        "src/main/java/numbergateway/NumberGateway.java",
                        "src/test/java/numbergateway/NumberGatewayTest.java",
                        "src/test/resources/logback-test.xml");
        assertThat(ginkgo.run("check", "number-gateway/number-gateway.toml"))
                .as(ginkgo.err())
                .isZero();
        assertThat(ginkgo.out()).contains("2 of them configured");
        runTest(
                "numbergateway.NumberGatewayTest",
                compile(
                        project.resolve("src/main/java/numbergateway/NumberGateway.java"),
                        project.resolve("src/test/java/numbergateway/NumberGatewayTest.java")));
    }

    @Test
    @DisplayName("C-35 the POM of a new project has the versions with which Ginkgo itself is built")
    void versionsAreThoseOfGinkgo() throws Exception {
        // Given
        String root = Files.readString(Path.of(System.getProperty("ginkgo.root", ".."), "pom.xml"));
        Properties versions = Template.versions();

        // When
        ginkgo.run("new", "shop");
        String pom = Files.readString(folder.resolve("shop/pom.xml"));

        // Then
        Map.of(
                        "junit", "junit-bom",
                        "logback", "logback-classic",
                        "compiler-plugin", "maven-compiler-plugin",
                        "surefire-plugin", "maven-surefire-plugin",
                        "resources-plugin", "maven-resources-plugin",
                        "jar-plugin", "maven-jar-plugin")
                .forEach((name, artifact) -> {
                    String version = versions.getProperty(name);
                    assertThat(root)
                            .containsPattern("<artifactId>" + artifact + "</artifactId>\\s*<version>" + version + "<");
                    assertThat(pom).contains("<version>" + version + "</version>");
                });
        assertThat(pom).contains("<ginkgo.version>" + versions.getProperty("ginkgo") + "</ginkgo.version>");
        assertThat(pom).doesNotContain("@");
    }

    @Test
    @DisplayName("C-36 a new service of one file compiles without warnings, and its configuration is valid")
    void singleFileWorksAtOnce() throws Exception {
        // When
        assertThat(ginkgo.run("new", "Hello", "--single")).as(ginkgo.err()).isZero();

        // Then
        assertThat(files(folder)).containsExactly("Hello.java");
        compile(folder.resolve("Hello.java"));
        assertThat(ginkgo.run("check", "Hello.java")).as(ginkgo.err()).isZero();
    }

    @Test
    @DisplayName("C-36 the next step that is printed names the launcher by its file if it is not on the path")
    void printsNextStep_forThisLauncher() throws IOException {
        // Given
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Map<String, String> environment = Map.of("PATH", "/nowhere:" + bin);

        // When, then
        assertThat(NewCommand.ginkgo(environment, "/src/ginkgo")).isEqualTo("/src/ginkgo");
        assertThat(NewCommand.ginkgo(Map.of(), "/src/ginkgo")).isEqualTo("/src/ginkgo");
        assertThat(Files.writeString(bin.resolve("ginkgo"), "").toFile().setExecutable(true))
                .isTrue();
        assertThat(NewCommand.ginkgo(environment, "/src/ginkgo")).isEqualTo("ginkgo");
    }

    @Test
    @DisplayName("C-37 nothing is overwritten: an existing file, or a folder that is not empty, is reported and kept")
    void overwritesNothing() throws Exception {
        // Given
        ginkgo.withFile("shop/notes.txt", "mine").withFile("Shop.java", "mine").withFile("depot", "mine");

        // When, then
        assertThat(ginkgo.run("new", "shop")).isEqualTo(73);
        assertThat(ginkgo.err()).contains("shop already exists, and is not an empty folder; nothing was written");
        assertThat(ginkgo.run("new", "depot")).isEqualTo(73);
        assertThat(ginkgo.run("new", "--single", "shop")).isEqualTo(73);
        assertThat(ginkgo.err()).contains("Shop.java already exists; it was not changed");
        assertThat(files(folder)).containsExactlyInAnyOrder("shop/notes.txt", "Shop.java", "depot");
        assertThat(folder.resolve("Shop.java")).hasContent("mine");

        // When, then
        Files.createDirectory(folder.resolve("empty"));
        assertThat(ginkgo.run("new", "empty")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "my_shop, did you mean my-shop?",
        "My Shop, did you mean my-shop?",
        "2shops, did you mean shops?",
        "../shop, did you mean shop?",
        "int, cannot be the name of a Java package",
        "service, would name the service class Service",
        "Duration, would name the service class Duration",
        "string, would name the service class String",
        "fake-clock, would name the service class FakeClock"
    })
    @DisplayName("C-37 a name that no class or package can have is rejected with the reason, and nothing is written")
    void rejectsInvalidName(String name, String message) throws IOException {
        assertThat(ginkgo.run("new", name)).isEqualTo(64);
        assertThat(ginkgo.err()).contains("\"" + name + "\"").contains(message);
        assertThat(files(folder)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop", "HTTPProxy", "a1-b2", "Shop2Go"})
    @DisplayName("C-37 each name that is accepted names a class that compiles")
    void acceptedNameCompiles(String name) throws Exception {
        assertThat(ginkgo.run("new", "--single", name)).as(ginkgo.err()).isZero();
        compile(folder.resolve(files(folder).getFirst()));
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList();
        }
    }

    private Path compile(Path... sources) throws IOException {
        Path classes = Files.createTempDirectory(folder, "classes");
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        List<String> arguments = Stream.concat(
                        Stream.of("-Xlint:all,-path", "-Werror", "-proc:none", "-d", classes.toString()),
                        Stream.of(sources).map(Path::toString))
                .toList();
        int code = ToolProvider.getSystemJavaCompiler().run(null, errors, errors, arguments.toArray(String[]::new));
        assertThat(code).as(errors.toString(StandardCharsets.UTF_8)).isZero();
        return classes;
    }

    private static void runTest(String name, Path classes) throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            Class<?> type = loader.loadClass(name);
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            int tests = 0;
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Test.class)) {
                    method.setAccessible(true);
                    method.invoke(constructor.newInstance());
                    tests++;
                }
            }
            assertThat(tests).isPositive();
        }
    }
}
