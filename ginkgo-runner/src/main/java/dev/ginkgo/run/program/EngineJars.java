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
 * Jars of the engines that a configuration selects (C-19). The distribution has a folder {@code engines/<name>} per
 * engine; only the folders named by some {@code engine = "<name>"}, and {@code engines/jwt} for a table {@code auth.jwt}, are
 * added to the class path. They are determined before any class is loaded, because a service lists its engines in its constructor. So this class reads the raw
 * configuration instead of the declared settings; a key that only looks like an engine setting adds a folder that is
 * not used.
 */
public final class EngineJars {
    private static final String KEY = "engine";

    /** Engine that a table selects, {@code [hub.auth.jwt]}: it is used beside others, and not instead of them. */
    private static final String JWT = "jwt";

    private static final String JWT_PARENT = "auth";

    /** Engines that are separate artifacts. */
    private static final Map<String, String> ARTIFACTS = Map.of(
            "mesh",
            "ginkgo-mesh",
            "zeromq",
            "ginkgo-zeromq",
            JWT,
            "ginkgo-jwt",
            "nats",
            "ginkgo-nats",
            "etcd",
            "ginkgo-etcd");

    private final Optional<Path> folder;
    private final Set<String> selected;

    private EngineJars(Optional<Path> folder, Set<String> selected) {
        this.folder = folder;
        this.selected = selected;
    }

    /**
     * Finds the engines that the configuration selects.
     *
     * @param home the folder of the distribution; if empty, engines are available only on the class path
     */
    public static EngineJars of(Optional<Path> home, Configuration configuration) {
        Set<String> names = new TreeSet<>();
        RawConfig rawConfig = configuration.load();
        collect(rawConfig.root(), names);
        SettingsLocation.of(rawConfig).map(SettingsLocation::engine).ifPresent(names::add);
        rawConfig.environment().forEach((name, value) -> {
            if (name.startsWith(Configuration.PREFIX) && name.endsWith("_ENGINE")) {
                names.add(value);
            }
            if (name.startsWith(Configuration.PREFIX) && name.contains("_AUTH_JWT_")) {
                names.add(JWT);
            }
        });
        rawConfig.overrides().forEach((key, value) -> {
            if (key.equals(KEY) || key.endsWith("." + KEY)) {
                names.add(value);
            }
            if (("." + key).contains("." + JWT_PARENT + "." + JWT + ".")) {
                names.add(JWT);
            }
        });
        names.removeIf(name -> !name.matches("[a-z0-9-]+")); // prevents path traversal
        return new EngineJars(home.map(each -> each.resolve("engines")), names);
    }

    /** Returns the parent for the user's class loader: Ginkgo's own loader, with the selected engines added if any. */
    public ClassLoader loader() {
        ClassLoader own = EngineJars.class.getClassLoader();
        List<URL> jars = selected.stream().flatMap(name -> jars(name).stream()).toList();
        return jars.isEmpty() ? own : new URLClassLoader("engines", jars.toArray(URL[]::new), own);
    }

    /**
     * Returns the loader as {@link #loader()} does, or the one of an earlier call if it has the same jars. The classes of
     * an engine are then loaded once, however often the program is loaded.
     */
    public ClassLoader loader(ClassLoader earlier) {
        List<URL> jars = selected.stream().flatMap(name -> jars(name).stream()).toList();
        return earlier instanceof URLClassLoader engines
                        && !jars.isEmpty()
                        && List.of(engines.getURLs()).equals(jars)
                ? earlier
                : loader();
    }

    /** Returns hints for configuration problems that a missing engine may have caused. */
    public List<String> missing(List<ConfigProblem> problems) {
        List<String> lines = new ArrayList<>();
        for (String name : selected) {
            if (problems.stream()
                    .anyMatch(configProblem -> configProblem.toString().contains("\"" + name + "\""))) {
                notInstalled(name).ifPresent(lines::add);
            }
        }
        return lines;
    }

    /** Returns what to install for an engine that is an artifact of its own and not in its folder; otherwise empty. */
    Optional<String> notInstalled(String name) {
        return Optional.ofNullable(ARTIFACTS.get(name))
                .filter(artifact -> jars(name).isEmpty())
                .map(artifact ->
                        "The engine \"" + name + "\" is not installed; it is the artifact dev.ginkgo:" + artifact
                                + folder.map(each -> ": put its jars into " + each.resolve(name))
                                        .orElse(": add it to the class path")
                                + ".");
    }

    private static void collect(ConfigEntry.Table table, Set<String> names) {
        table.entries().forEach((key, configEntry) -> {
            if (configEntry instanceof ConfigEntry.Table nested) { // a switch over types would delay each start
                if (key.equals(JWT_PARENT) && nested.entries().containsKey(JWT)) {
                    names.add(JWT);
                }
                collect(nested, names);
            } else if (key.equals(KEY)
                    && configEntry instanceof ConfigEntry.Value value
                    && value.value() instanceof String name) {
                names.add(name);
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
                    "cannot read the engine folder " + engine.get() + ": " + e.getMessage()
                            + "; check its owner and mode");
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
