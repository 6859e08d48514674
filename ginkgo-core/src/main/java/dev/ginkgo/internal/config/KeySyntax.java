package dev.ginkgo.internal.config;

import dev.ginkgo.config.Configuration;
import java.util.Locale;
import java.util.regex.Pattern;

/** Syntax of setting keys and child names, which share the tables of a configuration. */
public final class KeySyntax {
    private static final String WORDS = "[a-z0-9]+(-[a-z0-9]+)*";
    static final Pattern NAME = Pattern.compile(WORDS);
    private static final Pattern CAMEL_BOUNDARY = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
    private static final Pattern KEY = Pattern.compile(WORDS + "(\\." + WORDS + ")*");

    private KeySyntax() {}

    /**
     * Checks the syntax of a child name: {@code number-client}.
     *
     * @throws IllegalArgumentException if it is malformed; the message suggests a correction if there is one
     */
    public static String requireName(String name) {
        return require(NAME, name, "a name: lower case words of letters and digits, joined by \"-\"");
    }

    /** Checks the syntax of a setting key: {@code rate-per-minute}, {@code http.bind}. */
    static String requireKey(String key) {
        return require(KEY, key, "a key: lower case words of letters and digits, joined by \"-\", tables by \".\"");
    }

    private static String require(Pattern pattern, String text, String rule) {
        if (!pattern.matcher(text).matches()) {
            String corrected = kebab(text).replace('_', '-').replace(' ', '-');
            throw new IllegalArgumentException("\"" + text + "\" is not " + rule
                    + (pattern.matcher(corrected).matches() ? SpellingSuggester.didYouMean(corrected) : ""));
        }
        return text;
    }

    /** Checks that the owner has neither a setting nor a child with this key. */
    static void requireUnusedKey(SettingsOwner owner, String key) {
        if (owner.settings().stream().anyMatch(each -> each.key().equals(key))) {
            throw new IllegalArgumentException(owner.typeName() + " has two settings with the key \"" + key + "\"");
        }
        if (owner.childOwners().stream()
                .anyMatch(each -> lastSegment(each.key()).equals(firstSegment(key)))) {
            throw nameClash(owner, firstSegment(key));
        }
    }

    /** Checks that the parent has no setting whose key or table is the name of the child. */
    public static void requireUnusedName(SettingsOwner parent, String name) {
        if (parent.settings().stream().anyMatch(each -> firstSegment(each.key()).equals(name))) {
            throw nameClash(parent, name);
        }
    }

    private static IllegalArgumentException nameClash(SettingsOwner owner, String name) {
        return new IllegalArgumentException(owner.typeName() + " has a setting and a child that are both named \""
                + name + "\", and would share the table; rename one");
    }

    /** Converts {@code hub.http.bind} to {@code GINKGO_HUB_HTTP_BIND}. */
    static String environmentName(String fullKey) {
        return Configuration.PREFIX
                + fullKey.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Joins a table and a key with a dot; either may be empty. */
    public static String join(String table, String key) {
        return table.isEmpty() || key.isEmpty() ? table + key : table + "." + key;
    }

    static String firstSegment(String key) {
        int dot = key.indexOf('.');
        return dot < 0 ? key : key.substring(0, dot);
    }

    /** Converts {@code NumberGateway} to {@code number-gateway}, the default name of a root. */
    public static String kebab(String camel) {
        return CAMEL_BOUNDARY.matcher(camel).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    private static String lastSegment(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }
}
