package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.Configuration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Checks the snippets of {@code docs/guides}. Each Java snippet is a compilation unit; the snippets of a page are
 * compiled together. A TOML snippet names the service that it configures: {@code ```toml Poller}.
 */
class GuidesTest {
    private static final Path FOLDER = SourceTree.path("docs", "guides");
    private static final Pattern SNIPPET = Pattern.compile("(?ms)^```(\\w+)(?: (\\w+))?\\n(.*?)^```$");
    private static final Pattern CLASS = Pattern.compile("(?m)^(?:final )?class (\\w+)");
    private static final Pattern EXAMPLE = Pattern.compile("\\./ginkgo .*?(examples/\\S+)");

    /**
     * A fenced block.
     *
     * @param service the service that it configures, or empty
     */
    private record Snippet(String language, String service, String text) {}

    static List<String> guides() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("guides")
    @DisplayName("the Java snippets of a guide compile, its services start and stop, its tests pass, and its settings"
            + " bind")
    void snippetsWork(String guide, @TempDir Path folder) throws Exception {
        List<Snippet> snippets = snippets(guide);
        compile(of("java", snippets), folder);
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            for (Class<?> type : classes(folder, loader)) {
                if (Service.class.isAssignableFrom(type)) {
                    startAndStop(type, configuration(type, snippets, folder));
                }
                if (type.getSimpleName().endsWith("Test")) {
                    runTests(type);
                }
            }
            for (Snippet toml : of("toml", snippets)) {
                assertThat(folder.resolve(toml.service + ".class"))
                        .as("the service configured by %s", toml)
                        .exists();
            }
        }
    }

    @Test
    @DisplayName("the example programs that the guides start exist")
    void exampleProgramsExist() throws IOException {
        for (String guide : guides()) {
            for (Snippet shell : of("sh", snippets(guide))) {
                EXAMPLE.matcher(shell.text)
                        .results()
                        .forEach(command -> assertThat(SourceTree.path(command.group(1)))
                                .as("%s: %s", guide, command.group())
                                .exists());
            }
        }
    }

    private static List<Snippet> snippets(String guide) {
        return SNIPPET.matcher(SourceTree.read(FOLDER.resolve(guide)))
                .results()
                .map(each -> new Snippet(
                        each.group(1), Optional.ofNullable(each.group(2)).orElse(""), each.group(3)))
                .toList();
    }

    private static List<Snippet> of(String language, List<Snippet> snippets) {
        return snippets.stream().filter(each -> each.language.equals(language)).toList();
    }

    private static void compile(List<Snippet> units, Path folder) throws IOException {
        assertThat(units).isNotEmpty();
        List<String> arguments =
                new ArrayList<>(List.of("-Xlint:all,-path", "-Werror", "-proc:none", "-d", folder.toString()));
        for (Snippet unit : units) {
            Matcher type = CLASS.matcher(unit.text);
            assertThat(type.find()).as("a class declaration in %s", unit).isTrue();
            Path file = folder.resolve(type.group(1) + ".java");
            Files.writeString(file, unit.text);
            arguments.add(file.toString());
        }
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int result = ToolProvider.getSystemJavaCompiler().run(null, errors, errors, arguments.toArray(String[]::new));
        assertThat(result).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    }

    /** Loads the top-level classes. */
    private static List<Class<?>> classes(Path folder, ClassLoader loader) throws Exception {
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.contains("$")) {
                    classes.add(loader.loadClass(name.replace(".class", "")));
                }
            }
        }
        return classes;
    }

    private static Configuration configuration(Class<?> service, List<Snippet> snippets, Path folder) {
        Configuration configuration = Configuration.empty().workingDirectory(folder);
        for (Snippet toml : of("toml", snippets)) {
            if (toml.service.equals(service.getSimpleName())) {
                configuration = configuration.text(toml.service + ".toml", toml.text);
            }
        }
        return configuration;
    }

    /** Starts and stops a service, with free ports instead of those in the guide. */
    private static void startAndStop(Class<?> type, Configuration shown) throws Exception {
        Configuration configuration = shown;
        var validationResult = Ginkgo.of(service(type)).configuration(shown).validate();
        assertThat(validationResult.problems()).as(type.getSimpleName()).isEmpty();
        for (var setting : validationResult.settings()) {
            if (setting.fullKey().endsWith("bind")) {
                configuration = configuration.set(setting.fullKey(), "127.0.0.1:0");
            }
        }
        try (Ginkgo tree = Ginkgo.of(service(type)).configuration(configuration).start()) {
            assertThat(tree.status().ready()).as(type.getSimpleName()).isTrue();
        }
    }

    private static Service service(Class<?> type) throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return (Service) constructor.newInstance();
    }

    private static void runTests(Class<?> type) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(type))
                                .build(),
                        summary);
        StringWriter failures = new StringWriter();
        summary.getSummary().printFailuresTo(new PrintWriter(failures));
        assertThat(summary.getSummary().getTotalFailureCount())
                .as("%s", failures)
                .isZero();
    }
}
