package dev.ginkgo.hub.auth.tokens;

import dev.ginkgo.config.ConfigEntry;
import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Content of a users file: one table for each user, in TOML. Immutable.
 *
 * <pre>{@code
 * [alice]
 * sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
 * subscribe = ["/room/>"]
 * }</pre>
 */
final class UsersFile {
    static final String TOKEN = "sha256:";
    static final String CERTIFICATE = "subject:";

    private static final Set<String> KEYS =
            new TreeSet<>(Set.of("sha256", "subject", "publish", "subscribe", "admin", "expires"));
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private final Map<String, Principal> byCredential;

    private UsersFile(Map<String, Principal> byCredential) {
        this.byCredential = Map.copyOf(byCredential);
    }

    static UsersFile empty() {
        return new UsersFile(Map.of());
    }

    /**
     * Parses a file.
     *
     * @param name name of the file in problems
     * @throws ConfigException with all problems, of which none contains a hash
     */
    static UsersFile parse(String name, byte[] content) {
        RawConfig parsed = Configuration.empty()
                .text(name, new String(content, StandardCharsets.UTF_8))
                .load();
        List<ConfigProblem> problems = new ArrayList<>(parsed.problems());
        Map<String, Principal> users = new HashMap<>();
        parsed.root().entries().forEach((user, entry) -> {
            if (entry instanceof ConfigEntry.Table table) {
                new UserParser(user, table, problems).addTo(users);
            } else {
                problems.add(ConfigProblem.at(
                        entry.keySource(), user + " is outside a table; begin with a line [name-of-the-user]"));
            }
        });
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new UsersFile(users);
    }

    /** Returns the principal of a credential: {@link #TOKEN} and a hash, or {@link #CERTIFICATE} and a subject. */
    @Nullable
    Principal find(String credential) {
        return byCredential.get(credential);
    }

    /** Returns the canonical form of a distinguished name, in which the order and case of its text do not matter. */
    static String canonical(X500Principal subject) {
        return subject.getName(X500Principal.CANONICAL);
    }

    /** Reads the table of one user. */
    private static final class UserParser {
        private final String user;
        private final ConfigEntry.Table table;
        private final List<ConfigProblem> problems;
        private final int before;

        UserParser(String user, ConfigEntry.Table table, List<ConfigProblem> problems) {
            this.user = user;
            this.table = table;
            this.problems = problems;
            this.before = problems.size();
        }

        void addTo(Map<String, Principal> users) {
            table.entries().forEach((key, entry) -> {
                if (!KEYS.contains(key)) {
                    problem(entry, "unknown key " + user + "." + key + "; the keys are " + String.join(", ", KEYS));
                }
            });
            List<String> credentials = new ArrayList<>();
            strings("sha256").forEach(hash -> credentials.add(TOKEN + hash(hash)));
            strings("subject").forEach(subject -> credentials.add(CERTIFICATE + subject(subject)));
            if (credentials.isEmpty() && problems.size() == before) {
                problems.add(ConfigProblem.at(
                        table.keySource(),
                        user + " needs sha256, the hash of a token, or subject, that of a certificate"));
            }
            Grant grant = grant();
            Optional<Instant> expires = value("expires", OffsetDateTime.class, "a date and time with an offset")
                    .map(OffsetDateTime::toInstant);
            for (String credential : credentials) {
                if (users.put(credential, new Principal(user, grant, expires, credential)) != null) {
                    problems.add(ConfigProblem.at(
                            table.keySource(),
                            user + " has the token or certificate of another user; each needs its own"));
                }
            }
        }

        private Grant grant() {
            List<String> publish = strings("publish");
            List<String> subscribe = strings("subscribe");
            boolean admin = value("admin", Boolean.class, "true or false").orElse(false);
            try {
                return Grant.of(publish, subscribe, admin);
            } catch (IllegalArgumentException e) {
                problems.add(ConfigProblem.at(table.keySource(), user + ": " + e.getMessage()));
                return Grant.NONE;
            }
        }

        private String hash(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            if (!HASH.matcher(lower).matches()) {
                problem("sha256", user + ".sha256 is not a SHA-256 hash in hexadecimal, which has 64 digits");
            }
            return lower;
        }

        private String subject(String text) {
            try {
                return canonical(new X500Principal(text));
            } catch (IllegalArgumentException e) {
                problem("subject", user + ".subject is not a distinguished name such as \"CN=printer,O=Example\"");
                return text;
            }
        }

        /** Returns a text or a list of texts. */
        private List<String> strings(String key) {
            if (table.entries().get(key) instanceof ConfigEntry.Value value) {
                if (value.value() instanceof String text) {
                    return List.of(text);
                }
                if (value.value() instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
                    return list.stream().map(String.class::cast).toList();
                }
            }
            if (table.entries().containsKey(key)) {
                problem(key, user + "." + key + " must be a text or a list of texts");
            }
            return List.of();
        }

        private <T> Optional<T> value(String key, Class<T> type, String expected) {
            if (table.entries().get(key) instanceof ConfigEntry.Value value && type.isInstance(value.value())) {
                return Optional.of(value.value()).map((Function<Object, T>) type::cast);
            }
            if (table.entries().containsKey(key)) {
                problem(key, user + "." + key + " must be " + expected);
            }
            return Optional.empty();
        }

        private void problem(String key, String message) {
            ConfigEntry entry = table.entries().get(key);
            problem(entry == null ? table : entry, message);
        }

        private void problem(ConfigEntry entry, String message) {
            problems.add(ConfigProblem.at(entry.keySource(), message));
        }
    }
}
