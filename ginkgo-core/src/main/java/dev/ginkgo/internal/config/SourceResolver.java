package dev.ginkgo;

import dev.ginkgo.config.Entry;
import dev.ginkgo.config.Origin;
import dev.ginkgo.config.Problem;
import dev.ginkgo.config.Raw;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what was given for a key, in the source that wins: {@code --set}, environment, credentials, files. */
final class Lookup {
    private final Raw raw;
    private final List<Problem> problems;

    Lookup(Raw raw, List<Problem> problems) {
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
    record Given(Object value, boolean typed, Origin origin, Path folder) {
        Object read(ValueType<?> type) throws BadValue {
            return typed ? type.fromToml(value, folder) : type.fromText((String) value, folder);
        }

        /** The place only: the value may be a secret. */
        @Override
        public String toString() {
            return origin.where();
        }
    }

    /** Empty if nothing gives it. What cannot be read is told, and counts as not given. */
    Optional<Given> find(Leaf leaf) {
        return override(leaf)
                .or(() -> variable(leaf))
                .or(() -> leaf.secret() ? credential(leaf) : Optional.empty())
                .or(() -> toml(leaf));
    }

    /** Whether anything at all stands under the key, be it unusable: then it is not missing, it is wrong. */
    boolean mentions(Leaf leaf) {
        return mentions(leaf.fullKey(), leaf.environmentName())
                || (leaf.secret()
                        && (mentions(leaf.fullKey() + Leaf.FILE, leaf.fileVariable())
                                || folderWith(leaf).isPresent()));
    }

    private boolean mentions(String key, String variable) {
        return raw.overrides().containsKey(key) || raw.environment().containsKey(variable) || entry(key) != null;
    }

    private Optional<Path> folderWith(Leaf leaf) {
        return raw.credentials().filter(folder -> Files.exists(folder.resolve(leaf.fullKey())));
    }

    private Optional<Given> override(Leaf leaf) {
        String key = leaf.fullKey();
        return oneOf(
                leaf,
                text(raw.overrides().get(key), new Origin.Option(key)),
                text(raw.overrides().get(key + Leaf.FILE), new Origin.Option(key + Leaf.FILE)));
    }

    private Optional<Given> variable(Leaf leaf) {
        String name = leaf.environmentName();
        String file = leaf.fileVariable();
        return oneOf(
                leaf,
                text(raw.environment().get(name), new Origin.Environment(name)),
                text(raw.environment().get(file), new Origin.Environment(file)));
    }

    private Optional<Given> credential(Leaf leaf) {
        return folderWith(leaf)
                .flatMap(folder -> secret(
                        folder.resolve(leaf.fullKey()).toAbsolutePath(),
                        new Origin.Credential(folder, leaf.fullKey())));
    }

    private Optional<Given> toml(Leaf leaf) {
        return oneOf(leaf, typed(entry(leaf.fullKey())), typed(entry(leaf.fullKey() + Leaf.FILE)));
    }

    private Optional<Given> oneOf(Leaf leaf, Optional<Given> value, Optional<Given> file) {
        if (!leaf.secret() || file.isEmpty()) {
            return value;
        }
        Origin named = file.get().origin();
        if (value.isPresent()) {
            problems.add(Problem.at(
                    named,
                    "\"" + leaf.fullKey() + "\" is given both itself (" + value.get() + ") and as a file; remove one"));
            return Optional.empty();
        }
        if (!(file.get().value() instanceof String path) || path.isEmpty()) {
            problems.add(Problem.at(named, leaf.fullKey() + Leaf.FILE + " is not a path; write it in quotes"));
            return Optional.empty();
        }
        Path absolute = file.get().folder().resolve(path).toAbsolutePath().normalize();
        return secret(absolute, new Origin.SecretFile(absolute, named));
    }

    /** Reads a file that holds one secret, and perhaps a newline after it. */
    private Optional<Given> secret(Path file, Origin origin) {
        try {
            String secret = Files.readString(file).replaceFirst("\\r?\\n\\z", "");
            if (!secret.isEmpty()) {
                return Optional.of(new Given(secret, false, origin, raw.folder()));
            }
            problems.add(Problem.at(place(origin), "the secret file " + file + " is empty"));
        } catch (IOException e) {
            problems.add(Problem.at(
                    place(origin),
                    "the secret file " + file + " cannot be read ("
                            + e.getClass().getSimpleName() + "); check that it is there, and its owner and mode"));
        }
        return Optional.empty();
    }

    private static Origin place(Origin origin) {
        return origin instanceof Origin.SecretFile file ? file.named() : origin;
    }

    private Optional<Given> text(@Nullable String text, Origin origin) {
        return Optional.ofNullable(text).map(each -> new Given(each, false, origin, raw.folder()));
    }

    private static Optional<Given> typed(@Nullable Entry entry) {
        return entry instanceof Entry.Value value
                ? Optional.of(new Given(value.value(), true, value.origin(), value.folder()))
                : Optional.empty();
    }

    private @Nullable Entry entry(String fullKey) {
        Entry at = raw.table();
        for (String step : fullKey.split("\\.", -1)) {
            if (!(at instanceof Entry.Table table)) {
                return null;
            }
            at = table.entries().get(step);
        }
        return at;
    }
}
