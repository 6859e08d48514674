package dev.ginkgo.run.cli;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.Suggestions;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Unknown option that may name a setting, such as {@code --rate-per-minute=600}.
 *
 * @param key the option without its hyphens
 * @param value the value, or a placeholder if there is none
 */
record SettingOption(String key, String value) {
    private static final Pattern OPTION = Pattern.compile("--([a-z][a-z0-9.-]*)(?:=(.*))?");

    /**
     * Returns the key and value of an unknown option.
     *
     * @param following the arguments after the option, of which the first may be its value
     */
    static Optional<SettingOption> of(String option, List<String> following) {
        Matcher matcher = OPTION.matcher(option);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String value = Optional.ofNullable(matcher.group(2))
                .or(() -> following.stream().findFirst().filter(next -> !next.startsWith("-")))
                .orElse("VALUE");
        return Optional.of(new SettingOption(matcher.group(1), value));
    }

    /**
     * Returns how to set the setting of that name, or a similar one.
     *
     * @param keys supplies the keys of all settings; may throw if the target cannot be loaded
     */
    Optional<String> hint(Supplier<List<String>> keys) {
        List<String> known;
        try {
            known = keys.get();
        } catch (CommandException e) {
            return Optional.empty(); // the error in the command line is reported first
        }
        if (known.contains(key)) {
            return Optional.of("it is a setting: use " + argument(key));
        }
        return Suggestions.closest(key, known).map(similar -> "did you mean " + argument(similar) + "?");
    }

    /** Returns the advice if the settings are not known, because the target is not. */
    String hintWithoutKeys() {
        return "if it is a setting, use " + argument(key);
    }

    private String argument(String name) {
        String argument = name + "=" + value;
        return "--set " + (argument.matches("[\\w.,:/@%+=-]+") ? argument : "'" + argument + "'");
    }
}
