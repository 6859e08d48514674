package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigEntry;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what was given for a key, in the source that wins: {@code --set}, environment, credentials, files. */
final class SourceResolver {
    private final RawConfig raw;
    private final List<ConfigProblem> problems;

    SourceResolver(RawConfig raw, List<ConfigProblem> problems) {
        this.raw = raw;
        this.problems = problems;
    }

    /**
     * What was given.
     *
     * @param value as it was written
     * @param typed whether it comes from TOML, which has types, or is a text
     * @param origin where it stands
     * @param folder what a relative path in it is relative to
     */
    record RawValue(Object value, boolean typed, SettingSource origin, Path folder) {
        Object read(ValueType<?> type) throws InvalidValueException {
            return typed ? type.fromToml(value, folder) : type.fromText((String) value, folder);
        }

        /** The place only: the value may be a secret. */
        @Override
        public String toString() {
            return origin.where();
        }
    }

    /** Empty if nothing gives it. What cannot be read is told, and counts as not given. */
    Optional<RawValue> find(SettingKey leaf) {
        return override(leaf)
                .or(() -> variable(leaf))
                .or(() -> leaf.secret() ? credential(leaf) : Optional.empty())
                .or(() -> toml(leaf));
    }

    /** Whether anything at all stands under the key, be it unusable: then it is not missing, it is wrong. */
    boolean mentions(SettingKey leaf) {
        return mentions(leaf.fullKey(), leaf.environmentName())
                || (leaf.secret()
                        && (mentions(leaf.fullKey() + SettingKey.FILE, leaf.fileVariable())
                                || folderWith(leaf).isPresent()));
    }

    private boolean mentions(String key, String variable) {
        return raw.overrides().containsKey(key) || raw.environment().containsKey(variable) || entry(key) != null;
    }

    private Optional<Path> folderWith(SettingKey leaf) {
        return raw.credentials().filter(folder -> Files.exists(folder.resolve(leaf.fullKey())));
    }

    private Optional<RawValue> override(SettingKey leaf) {
        String key = leaf.fullKey();
        return oneOf(
                leaf,
                text(raw.overrides().get(key), new SettingSource.CommandLine(key)),
                text(raw.overrides().get(key + SettingKey.FILE), new SettingSource.CommandLine(key + SettingKey.FILE)));
    }

    private Optional<RawValue> variable(SettingKey leaf) {
        String name = leaf.environmentName();
        String file = leaf.fileVariable();
        return oneOf(
                leaf,
                text(raw.environment().get(name), new SettingSource.Environment(name)),
                text(raw.environment().get(file), new SettingSource.Environment(file)));
    }

    private Optional<RawValue> credential(SettingKey leaf) {
        return folderWith(leaf)
                .flatMap(folder -> secret(
                        folder.resolve(leaf.fullKey()).toAbsolutePath(),
                        new SettingSource.Credential(folder, leaf.fullKey())));
    }

    private Optional<RawValue> toml(SettingKey leaf) {
        return oneOf(leaf, typed(entry(leaf.fullKey())), typed(entry(leaf.fullKey() + SettingKey.FILE)));
    }

    private Optional<RawValue> oneOf(SettingKey leaf, Optional<RawValue> value, Optional<RawValue> file) {
        if (!leaf.secret() || file.isEmpty()) {
            return value;
        }
        SettingSource named = file.get().origin();
        if (value.isPresent()) {
            problems.add(ConfigProblem.at(
                    named,
                    "\"" + leaf.fullKey() + "\" is given both itself (" + value.get() + ") and as a file; remove one"));
            return Optional.empty();
        }
        if (!(file.get().value() instanceof String path) || path.isEmpty()) {
            problems.add(ConfigProblem.at(named, leaf.fullKey() + SettingKey.FILE + " is not a path; write it in quotes"));
            return Optional.empty();
        }
        Path absolute = file.get().folder().resolve(path).toAbsolutePath().normalize();
        return secret(absolute, new SettingSource.SecretFile(absolute, named));
    }

    /** Reads a file that holds one secret, and perhaps a newline after it. */
    private Optional<RawValue> secret(Path file, SettingSource origin) {
        try {
            String secret = Files.readString(file).replaceFirst("\\r?\\n\\z", "");
            if (!secret.isEmpty()) {
                return Optional.of(new RawValue(secret, false, origin, raw.folder()));
            }
            problems.add(ConfigProblem.at(place(origin), "the secret file " + file + " is empty"));
        } catch (IOException e) {
            problems.add(ConfigProblem.at(
                    place(origin),
                    "the secret file " + file + " cannot be read ("
                            + e.getClass().getSimpleName() + "); check that it is there, and its owner and mode"));
        }
        return Optional.empty();
    }

    private static SettingSource place(SettingSource origin) {
        return origin instanceof SettingSource.SecretFile file ? file.named() : origin;
    }

    private Optional<RawValue> text(@Nullable String text, SettingSource origin) {
        return Optional.ofNullable(text).map(each -> new RawValue(each, false, origin, raw.folder()));
    }

    private static Optional<RawValue> typed(@Nullable ConfigEntry entry) {
        return entry instanceof ConfigEntry.Value value
                ? Optional.of(new RawValue(value.value(), true, value.origin(), value.folder()))
                : Optional.empty();
    }

    private @Nullable ConfigEntry entry(String fullKey) {
        ConfigEntry at = raw.table();
        for (String step : fullKey.split("\\.", -1)) {
            if (!(at instanceof ConfigEntry.Table table)) {
                return null;
            }
            at = table.entries().get(step);
        }
        return at;
    }
}
