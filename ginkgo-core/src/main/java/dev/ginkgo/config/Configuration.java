package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
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

/**
 * Where the settings of a tree come from: an immutable list of sources. A later kind wins over an earlier one:
 * default, files and texts (in the order in which they were given), credentials, environment, {@code --set}.
 *
 * <pre>{@code
 * Configuration.empty().file(Path.of("gateway.toml")).environment(System.getenv()).set("numbers.server", "db:7776")
 * }</pre>
 *
 * <p>Nothing is read before {@link #load()}; files are read anew by every load, which is what a reload does.
 */
public final class Configuration {
    /** The beginning of the names of all environment variables that are settings. */
    public static final String PREFIX = "GINKGO_";

    private static final Configuration EMPTY =
            new Configuration(List.of(), Map.of(), Collections.emptyMap(), Optional.empty(), Path.of(""));

    private final List<Source> sources;
    private final Map<String, String> environment;
    private final Map<String, String> overrides;
    private final Optional<Path> credentials;
    private final Path folder;

    private Configuration(
            List<Source> sources,
            Map<String, String> environment,
            Map<String, String> overrides,
            Optional<Path> credentials,
            Path folder) {
        this.sources = sources;
        this.environment = environment;
        this.overrides = overrides;
        this.credentials = credentials;
        this.folder = folder;
    }

    private sealed interface Source {
        /** A file of TOML. */
        record OfFile(Path path) implements Source {}

        /** TOML in memory. */
        record OfText(String name, String toml) implements Source {}
    }

    /** No source at all: every setting has its default. */
    public static Configuration empty() {
        return EMPTY;
    }

    /**
     * Adds a TOML file. Relative paths in it are relative to its own folder.
     *
     * @param path the file; a relative one is relative to the {@linkplain #workingDirectory working folder}, and
     *     problems name it as it is given here
     */
    public Configuration file(Path path) {
        return with(new Source.OfFile(requireNonNull(path, "path is null")));
    }

    /** Adds TOML that is in memory, under a name for problems. Paths in it are relative to the working folder. */
    public Configuration text(String name, String toml) {
        return with(new Source.OfText(requireNonNull(name, "name is null"), requireNonNull(toml, "toml is null")));
    }

    /**
     * Takes settings from environment variables: {@code GINKGO_HUB_HTTP_BIND} is {@code hub.http.bind}; {@code
     * GINKGO_CLUSTER_SECRET_FILE} names the file that holds the secret {@code cluster.secret}. Variables that do
     * not begin with {@code GINKGO_} are left out, and {@code GINKGO_JAVA_HOME}, which is the launcher's.
     *
     * @param variables usually {@code System.getenv()}; replaces what was given before
     */
    public Configuration environment(Map<String, String> variables) {
        Map<String, String> ours = new HashMap<>(variables);
        ours.keySet().removeIf(name -> !name.startsWith(PREFIX) || name.equals(PREFIX + "JAVA_HOME"));
        return new Configuration(sources, Map.copyOf(ours), overrides, credentials, folder);
    }

    /** Sets one key, over all other sources. Of two values for one key the later counts. */
    public Configuration set(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(overrides);
        more.put(requireNonNull(key, "key is null"), requireNonNull(value, "value is null"));
        return new Configuration(sources, environment, Collections.unmodifiableMap(more), credentials, folder);
    }

    /**
     * Takes secrets from a folder in which each file is named by the full key of a setting, like systemd's {@code
     * $CREDENTIALS_DIRECTORY}. Files that belong to no secret setting are left alone.
     */
    public Configuration credentials(Path folderOfSecrets) {
        requireNonNull(folderOfSecrets, "folder is null");
        return new Configuration(sources, environment, overrides, Optional.of(folderOfSecrets), folder);
    }

    /**
     * Says what relative paths are relative to, both those of files and those in environment variables, texts and
     * {@code --set}. Without it, they are relative to the working directory of the process.
     */
    public Configuration workingDirectory(Path absolute) {
        return new Configuration(
                sources, environment, overrides, credentials, requireNonNull(absolute, "folder is null"));
    }

    /** The files, as they were given. */
    public List<Path> files() {
        return sources.stream()
                .flatMap(source -> source instanceof Source.OfFile(Path path) ? java.util.stream.Stream.of(path) : null)
                .toList();
    }

    /** Whether there is anything that a reload would read again. */
    public boolean hasFiles() {
        return !files().isEmpty();
    }

    /** Reads all sources. Never throws for what they hold: see {@link RawConfig#problems()}. */
    public RawConfig load() {
        List<ConfigProblem> problems = new ArrayList<>();
        ConfigEntry.Table table = new ConfigEntry.Table(Map.of(), SettingSource.ofDefault());
        for (Source source : sources) {
            ConfigEntry.Table next = switch (source) {
                case Source.OfFile(Path path) -> read(path, problems);
                case Source.OfText(String name, String toml) -> TomlReader.read(name, toml, folder, problems);
            };
            table = table.overlaidBy(next);
        }
        credentials
                .map(folder::resolve)
                .filter(each -> !Files.isDirectory(each))
                .ifPresent(missing -> problems.add(
                        ConfigProblem.of(missing.toAbsolutePath().toString(), "the credentials folder is not there")));
        return new RawConfig(table, environment, overrides, credentials.map(folder::resolve), folder, problems);
    }

    private ConfigEntry.Table read(Path path, List<ConfigProblem> problems) {
        Path absolute = folder.resolve(path).toAbsolutePath().normalize();
        Path beside = requireNonNull(absolute.getParent() == null ? absolute : absolute.getParent());
        try {
            return TomlReader.read(path.toString(), Files.readString(absolute), beside, problems);
        } catch (IOException e) {
            problems.add(ConfigProblem.of(absolute.toString(), readFailure(absolute, e)));
            return new ConfigEntry.Table(Map.of(), SettingSource.ofDefault());
        }
    }

    private static String readFailure(Path path, IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file; create it or give another one";
            case AccessDeniedException _ -> "the file cannot be read; check its owner and mode";
            case CharacterCodingException _ -> "the file is not UTF-8 text; save it as UTF-8";
            default ->
                Files.isDirectory(path) ? "this is a folder; name a file in it" : "the file cannot be read: " + e;
        };
    }

    private Configuration with(Source source) {
        List<Source> more = new ArrayList<>(sources);
        more.add(source);
        return new Configuration(List.copyOf(more), environment, overrides, credentials, folder);
    }

    /** Names the sources, without values: there may be secrets among them. */
    @Override
    public String toString() {
        return "files " + files() + ", env " + environment.keySet() + ", --set " + overrides.keySet();
    }
}
