package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Immutable list of the sources of settings. Each kind of source overrides the ones before it: defaults, files and
 * texts (in the order in which they were added), credentials, environment variables, {@code --set}.
 *
 * <pre>{@code
 * Configuration.empty().file(Path.of("gateway.toml")).environment(System.getenv()).set("numbers.server", "db:7776")
 * }</pre>
 *
 * <p>Nothing is read before {@link #load()}. Each load reads the files again; a reload is another load. Each method
 * that adds a source returns a new configuration.
 */
public final class Configuration {
    /** Prefix of the environment variables that contain settings. */
    public static final String PREFIX = "GINKGO_";

    /** Variables that are not settings. */
    private static final Set<String> OF_THE_COMMAND = Set.of(PREFIX + "JAVA_HOME", PREFIX + "TOKEN");

    private static final Configuration EMPTY =
            new Configuration(List.of(), Map.of(), Collections.emptyMap(), Optional.empty(), Path.of(""));

    private final List<Source> sources;
    private final Map<String, String> environment;
    private final Map<String, String> overrides;
    private final Optional<Path> credentials;
    private final Path workingDirectory;

    private Configuration(
            List<Source> sources,
            Map<String, String> environment,
            Map<String, String> overrides,
            Optional<Path> credentials,
            Path workingDirectory) {
        this.sources = sources;
        this.environment = environment;
        this.overrides = overrides;
        this.credentials = credentials;
        this.workingDirectory = workingDirectory;
    }

    private sealed interface Source {
        /** TOML file. */
        record OfFile(Path path) implements Source {}

        /** TOML text in memory. */
        record OfText(String name, String toml) implements Source {}

        /** Documents outside this machine. */
        record OfDocuments(SettingsSource documents) implements Source {}
    }

    /** Returns a configuration without sources: every setting has its default. */
    public static Configuration empty() {
        return EMPTY;
    }

    /**
     * Adds a TOML file. Relative paths in the file are resolved against its directory.
     *
     * @param path the file. A relative path is resolved against the {@linkplain #workingDirectory working directory};
     *     problems name the file as it is given here
     */
    public Configuration file(Path path) {
        return with(new Source.OfFile(requireNonNull(path, "path is null")));
    }

    /**
     * Adds TOML text. Relative paths in it are resolved against the working directory.
     *
     * @param name name of the text in problems
     */
    public Configuration text(String name, String toml) {
        return with(new Source.OfText(requireNonNull(name, "name is null"), requireNonNull(toml, "toml is null")));
    }

    /** Adds documents outside this machine. Relative paths in them are resolved against the working directory. */
    public Configuration source(SettingsSource documents) {
        return with(new Source.OfDocuments(requireNonNull(documents, "documents is null")));
    }

    /**
     * Reads settings from environment variables: {@code GINKGO_HUB_HTTP_BIND} is {@code hub.http.bind}; {@code
     * GINKGO_CLUSTER_SECRET_FILE} names the file that contains the secret {@code cluster.secret}. Ignores variables
     * that do not start with {@code GINKGO_}, and those that configure the command: {@code GINKGO_JAVA_HOME} and {@code
     * GINKGO_TOKEN}.
     *
     * @param variables usually {@code System.getenv()}; replaces the variables of an earlier call
     */
    public Configuration environment(Map<String, String> variables) {
        Map<String, String> settings = new HashMap<>(variables);
        settings.keySet().removeIf(name -> !name.startsWith(PREFIX) || OF_THE_COMMAND.contains(name));
        return new Configuration(sources, Map.copyOf(settings), overrides, credentials, workingDirectory);
    }

    /** Sets one key, which overrides all other sources. The last value set for a key applies. */
    public Configuration set(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(overrides);
        more.put(requireNonNull(key, "key is null"), requireNonNull(value, "value is null"));
        return new Configuration(
                sources, environment, Collections.unmodifiableMap(more), credentials, workingDirectory);
    }

    /**
     * Reads secrets from a directory that contains one file per secret, named after the full key of the setting, like
     * systemd's {@code $CREDENTIALS_DIRECTORY}. Files that belong to no secret setting are ignored.
     */
    public Configuration credentials(Path secretsDirectory) {
        requireNonNull(secretsDirectory, "directory is null");
        return new Configuration(sources, environment, overrides, Optional.of(secretsDirectory), workingDirectory);
    }

    /**
     * Sets the directory against which relative paths are resolved: those of files, and those in environment variables,
     * texts and {@code --set}. By default it is the working directory of the process.
     */
    public Configuration workingDirectory(Path absolute) {
        return new Configuration(
                sources, environment, overrides, credentials, requireNonNull(absolute, "directory is null"));
    }

    /** Returns the files, as they were given. */
    public List<Path> files() {
        return sources.stream()
                .flatMap(source -> source instanceof Source.OfFile(Path path) ? java.util.stream.Stream.of(path) : null)
                .toList();
    }

    /** Returns whether there is a file, or a {@link SettingsSource}, that a reload would read again. */
    public boolean hasFiles() {
        return sources.stream().anyMatch(source -> !(source instanceof Source.OfText));
    }

    /** Reads all sources. Errors in files do not throw; they are reported in {@link RawConfig#problems()}. */
    public RawConfig load() {
        List<ConfigProblem> problems = new ArrayList<>();
        ConfigEntry.Table table = new ConfigEntry.Table(Map.of(), SettingSource.ofDefault());
        for (Source source : sources) { // a switch over types would delay each start
            if (source instanceof Source.OfFile(Path path)) {
                table = table.overlaidBy(read(path, problems));
            } else if (source instanceof Source.OfText(String name, String toml)) {
                table = table.overlaidBy(TomlReader.read(name, toml, workingDirectory, problems));
            } else if (source instanceof Source.OfDocuments(SettingsSource documents)) {
                table = overlay(table, documents, problems);
            }
        }
        credentials
                .map(workingDirectory::resolve)
                .ifPresent(each -> credentialsProblem(each)
                        .ifPresent(problem -> problems.add(
                                ConfigProblem.of(each.toAbsolutePath().toString(), problem))));
        return new RawConfig(
                table, environment, overrides, credentials.map(workingDirectory::resolve), workingDirectory, problems);
    }

    private ConfigEntry.Table overlay(ConfigEntry.Table table, SettingsSource documents, List<ConfigProblem> problems) {
        ConfigEntry.Table all = table;
        try {
            for (SettingsSource.Document each : documents.read()) {
                all = all.overlaidBy(TomlReader.read(each.name(), each.toml(), workingDirectory, problems));
            }
        } catch (IOException e) {
            problems.add(ConfigProblem.of(documents.toString(), "cannot be read: " + e.getMessage()));
        }
        return all;
    }

    /** Returns why the directory cannot be used; without its files, secrets would return to their defaults. */
    private static Optional<String> credentialsProblem(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Optional.of("the credentials directory does not exist");
        }
        return Files.isExecutable(directory)
                ? Optional.empty()
                : Optional.of("the credentials directory cannot be read by this user; check its owner and mode");
    }

    private ConfigEntry.Table read(Path path, List<ConfigProblem> problems) {
        Path absolute = workingDirectory.resolve(path).toAbsolutePath().normalize();
        Path parent = requireNonNull(absolute.getParent() == null ? absolute : absolute.getParent());
        try {
            return TomlReader.read(path.toString(), Files.readAllBytes(absolute), parent, problems);
        } catch (IOException e) {
            problems.add(ConfigProblem.of(absolute.toString(), readFailure(absolute, e)));
            return new ConfigEntry.Table(Map.of(), SettingSource.ofDefault());
        }
    }

    private static String readFailure(Path path, IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file; create it, or give another file";
            case AccessDeniedException _ -> "the file cannot be read; check its owner and mode";
            default ->
                Files.isDirectory(path) ? "this is a directory; give a file in it" : "the file cannot be read: " + e;
        };
    }

    private Configuration with(Source source) {
        List<Source> more = new ArrayList<>(sources);
        more.add(source);
        return new Configuration(List.copyOf(more), environment, overrides, credentials, workingDirectory);
    }

    /** Returns the sources without their values, which may be secrets. */
    @Override
    public String toString() {
        return "files " + files() + ", env " + environment.keySet() + ", --set " + overrides.keySet();
    }
}
