package dev.ginkgo.run.cli;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.Suggestions;
import dev.ginkgo.run.service.TargetAction;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

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

    /**
     * Returns the error for an option that is a setting, with the advice to use {@code --set}; else the given one. Not in
     * {@link ParsedCommand}, because an ordinary start must not load picocli's classes, which are in no class-data archive.
     */
    static RuntimeException withHint(
            RuntimeException e, List<String> targetArguments, Supplier<TargetAction> targetAction) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return e;
        }
        String option = unmatched.getUnmatched().getFirst();
        List<String> following = targetArguments.subList(targetArguments.indexOf(option) + 1, targetArguments.size());
        return of(option, following)
                .flatMap(setting -> setting.hint(() -> targetAction.get().settingKeys()))
                .<RuntimeException>map(hint ->
                        new ParameterException(unmatched.getCommandLine(), unmatched.getMessage() + "; " + hint))
                .orElse(e);
    }
}
