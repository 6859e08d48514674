package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigEntry;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the value of a key in the sources, in the order of precedence: {@code --set}, environment, credentials,
 * files.
 */
final class SourceResolver {
    private final RawConfig rawConfig;
    private final List<ConfigProblem> problems;

    SourceResolver(RawConfig rawConfig, List<ConfigProblem> problems) {
        this.rawConfig = rawConfig;
        this.problems = problems;
    }

    /**
     * Value as a source provides it.
     *
     * @param value the value as written
     * @param typed whether the value comes from TOML, which has types, rather than from text
     * @param source position of the value
     * @param directory directory against which a relative path is resolved
     */
    record RawValue(Object value, boolean typed, SettingSource source, Path directory) {
        Object convert(ValueType<?> type) throws InvalidValueException {
            return typed ? type.fromToml(value, directory) : type.fromText((String) value, directory);
        }

        /** Returns the position only, because the value may be a secret. */
        @Override
        public String toString() {
            return source.location();
        }
    }

    /**
     * Returns the value of a key; empty if no source provides one. A value that cannot be read is reported as a
     * problem, and the result is empty.
     */
    Optional<RawValue> find(SettingKey settingKey) {
        return override(settingKey)
                .or(() -> variable(settingKey))
                .or(() -> settingKey.secret() ? credential(settingKey) : Optional.empty())
                .or(() -> fileEntry(settingKey));
    }

    /**
     * Returns the names of the entries that the files and {@code --set} contain for a setting whose user chooses them; empty
     * for any other setting. A variable cannot add an entry, because its name does not show where the name of an entry ends.
     */
    List<String> entryNames(SettingDefinition<?> setting) {
        TableMapping<?> mapping = setting.tableMapping();
        if (mapping == null) {
            return List.of();
        }
        Stream<String> names = names(setting.fullKey(), mapping.names());
        return (mapping.isList() ? names.sorted(Comparator.comparing(Integer::valueOf)) : names).toList();
    }

    /** Returns the names below a key, in files and {@code --set}, that have the given syntax. */
    Stream<String> names(String key, Pattern syntax) {
        ConfigEntry given = entry(key);
        ConfigEntry.Table table = given == null ? null : given.asTable();
        String prefix = key + ".";
        return Stream.concat(
                        table == null ? Stream.empty() : table.entries().keySet().stream(),
                        rawConfig.overrides().keySet().stream()
                                .filter(each -> each.startsWith(prefix))
                                .map(each -> KeySyntax.firstSegment(each.substring(prefix.length()))))
                .filter(name -> syntax.matcher(name).matches())
                .distinct();
    }

    /**
     * Returns whether any source mentions the key, even with an unusable value. Such a key is invalid rather than
     * missing.
     */
    boolean isMentioned(SettingKey settingKey) {
        return isMentioned(settingKey.fullKey(), settingKey.environmentName())
                || (settingKey.secret()
                        && (isMentioned(settingKey.fullKey() + SettingKey.FILE_SUFFIX, settingKey.fileVariable())
                                || credentialsDirectory(settingKey).isPresent()));
    }

    private boolean isMentioned(String key, String variable) {
        return rawConfig.overrides().containsKey(key)
                || rawConfig.environment().containsKey(variable)
                || entry(key) != null;
    }

    private Optional<Path> credentialsDirectory(SettingKey settingKey) {
        return rawConfig.credentials().filter(directory -> Files.exists(directory.resolve(settingKey.fullKey())));
    }

    private Optional<RawValue> override(SettingKey settingKey) {
        String key = settingKey.fullKey();
        return valueOrFile(
                settingKey,
                text(rawConfig.overrides().get(key), new SettingSource.CommandLine(key)),
                text(
                        rawConfig.overrides().get(key + SettingKey.FILE_SUFFIX),
                        new SettingSource.CommandLine(key + SettingKey.FILE_SUFFIX)));
    }

    private Optional<RawValue> variable(SettingKey settingKey) {
        String name = settingKey.environmentName();
        String file = settingKey.fileVariable();
        return valueOrFile(
                settingKey,
                text(rawConfig.environment().get(name), new SettingSource.Environment(name)),
                text(rawConfig.environment().get(file), new SettingSource.Environment(file)));
    }

    private Optional<RawValue> credential(SettingKey settingKey) {
        return credentialsDirectory(settingKey)
                .flatMap(directory -> secret(
                        directory.resolve(settingKey.fullKey()).toAbsolutePath(),
                        new SettingSource.Credential(directory, settingKey.fullKey())));
    }

    private Optional<RawValue> fileEntry(SettingKey settingKey) {
        return valueOrFile(
                settingKey,
                typed(entry(settingKey.fullKey())),
                typed(entry(settingKey.fullKey() + SettingKey.FILE_SUFFIX)));
    }

    private Optional<RawValue> valueOrFile(SettingKey settingKey, Optional<RawValue> value, Optional<RawValue> file) {
        if (!settingKey.secret() || file.isEmpty()) {
            return value;
        }
        SettingSource named = file.get().source();
        if (value.isPresent()) {
            problems.add(ConfigProblem.at(
                    named,
                    "\"" + settingKey.fullKey() + "\" is given both as a value (" + value.get()
                            + ") and as a file; remove one"));
            return Optional.empty();
        }
        if (!(file.get().value() instanceof String path) || path.isEmpty()) {
            problems.add(ConfigProblem.at(
                    named, settingKey.fullKey() + SettingKey.FILE_SUFFIX + " is not a path; write it in quotes"));
            return Optional.empty();
        }
        Path absolute = file.get().directory().resolve(path).toAbsolutePath().normalize();
        return secret(absolute, new SettingSource.SecretFile(absolute, named));
    }

    /** Reads a file that contains one secret and optionally a newline after it. */
    private Optional<RawValue> secret(Path file, SettingSource settingSource) {
        try {
            String secret = Files.readString(file).replaceFirst("\\r?\\n\\z", "");
            if (!secret.isEmpty()) {
                return Optional.of(new RawValue(secret, false, settingSource, rawConfig.directory()));
            }
            problems.add(ConfigProblem.at(location(settingSource), "the secret file " + file + " is empty"));
        } catch (IOException e) {
            problems.add(ConfigProblem.at(
                    location(settingSource),
                    "the secret file " + file + " cannot be read ("
                            + e.getClass().getSimpleName() + "); check that it exists, and check its owner and mode"));
        }
        return Optional.empty();
    }

    private static SettingSource location(SettingSource settingSource) {
        return settingSource instanceof SettingSource.SecretFile file ? file.namedIn() : settingSource;
    }

    private Optional<RawValue> text(@Nullable String text, SettingSource settingSource) {
        return Optional.ofNullable(text).map(each -> new RawValue(each, false, settingSource, rawConfig.directory()));
    }

    private static Optional<RawValue> typed(@Nullable ConfigEntry configEntry) {
        return configEntry instanceof ConfigEntry.Value value
                ? Optional.of(new RawValue(value.value(), true, value.source(), value.directory()))
                : Optional.empty();
    }

    private @Nullable ConfigEntry entry(String fullKey) {
        @Nullable ConfigEntry at = rawConfig.root();
        for (String step : fullKey.split("\\.", -1)) {
            ConfigEntry.Table table = at == null ? null : at.asTable();
            if (table == null) {
                return null;
            }
            at = table.entries().get(step);
        }
        return at;
    }
}
