package dev.ginkgo.run.program;

import dev.ginkgo.config.ConfigEntry;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The engines that a configuration chooses (C-19). The distribution keeps each in a folder of its own, {@code
 * engines/<name>}, and only the folders that some {@code engine = "<name>"} names are opened. They are found before
 * anything is loaded, because a service lists its engines when it is made; so this looks at the text of the
 * configuration and not at what a service declares, and a name that only looks like an engine opens a folder in vain.
 */
public final class EngineJars {
    private static final String KEY = "engine";

    /** Those that have an artifact of their own. */
    private static final Map<String, String> ARTIFACTS =
            Map.of("mesh", "ginkgo-mesh", "zeromq", "ginkgo-zeromq", "nats", "ginkgo-nats", "etcd", "ginkgo-etcd");

    private final Optional<Path> folder;
    private final Set<String> chosen;

    private EngineJars(Optional<Path> folder, Set<String> chosen) {
        this.folder = folder;
        this.chosen = chosen;
    }

    /**
     * Finds the chosen ones.
     *
     * @param home the folder of the distribution; without one, engines are on the class path or not at all
     */
    public static EngineJars of(Optional<Path> home, Configuration configuration) {
        Set<String> names = new TreeSet<>();
        RawConfig rawConfig = configuration.load();
        collect(rawConfig.root(), names);
        rawConfig.environment().forEach((name, value) -> {
            if (name.startsWith(Configuration.PREFIX) && name.endsWith("_ENGINE")) {
                names.add(value);
            }
        });
        rawConfig.overrides().forEach((key, value) -> {
            if (key.equals(KEY) || key.endsWith("." + KEY)) {
                names.add(value);
            }
        });
        names.removeIf(name -> !name.matches("[a-z0-9-]+")); // a name, and no path
        return new EngineJars(home.map(each -> each.resolve("engines")), names);
    }

    /** The parent of the user's loader: ours, or one that has the chosen engines too. */
    public ClassLoader loader() {
        ClassLoader ours = EngineJars.class.getClassLoader();
        List<URL> jars = chosen.stream().flatMap(name -> jars(name).stream()).toList();
        return jars.isEmpty() ? ours : new URLClassLoader("engines", jars.toArray(URL[]::new), ours);
    }

    /** What to say besides, where a problem may come from an engine that is not installed. */
    public List<String> missing(List<ConfigProblem> problems) {
        List<String> lines = new ArrayList<>();
        for (String name : chosen) {
            String artifact = ARTIFACTS.get(name);
            boolean told = problems.stream()
                    .anyMatch(configProblem -> configProblem.toString().contains("\"" + name + "\""));
            if (artifact != null && told && jars(name).isEmpty()) {
                lines.add("The engine \"" + name + "\" is not installed: it is the artifact dev.ginkgo:" + artifact
                        + folder.map(each -> ", whose jars belong into " + each.resolve(name))
                                .orElse(", which has to be on the class path")
                        + ".");
            }
        }
        return lines;
    }

    private static void collect(ConfigEntry.Table table, Set<String> names) {
        table.entries().forEach((key, configEntry) -> {
            switch (configEntry) {
                case ConfigEntry.Table below -> collect(below, names);
                case ConfigEntry.Value value -> {
                    if (key.equals(KEY) && value.value() instanceof String name) {
                        names.add(name);
                    }
                }
            }
        });
    }

    private List<URL> jars(String name) {
        Optional<Path> engine = folder.map(each -> each.resolve(name)).filter(Files::isDirectory);
        if (engine.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(engine.get())) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .map(EngineJars::url)
                    .toList();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    "The engine in " + engine.get() + " cannot be read (" + e.getMessage()
                            + "); check owner and mode.");
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(file + " cannot be on a class path", e);
        }
    }
}
