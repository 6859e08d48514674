package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * One thing that is wrong with a configuration, and where.
 *
 * @param source the file as it was named, {@code env GINKGO_RATE}, {@code --set rate}, or a key that is missing
 * @param line the line in the file, from 1; 0 where the source has no lines
 * @param column the column in that line, from 1; 0 where the source has no lines
 * @param message what is wrong and what to do, in one line; never the value of a secret
 */
public record ConfigProblem(String source, int line, int column, String message) implements Comparable<ConfigProblem> {

    private static final Comparator<ConfigProblem> BY_LOCATION = Comparator.comparing((ConfigProblem p) -> p.line == 0)
            .thenComparing(ConfigProblem::source)
            .thenComparingInt(ConfigProblem::line)
            .thenComparingInt(ConfigProblem::column)
            .thenComparing(ConfigProblem::message);

    public ConfigProblem {
        requireNonNull(source, "source is null");
        requireNonNull(message, "message is null");
    }

    /** A problem at the place where a value or key was given. */
    public static ConfigProblem at(SettingSource settingSource, String message) {
        return settingSource instanceof SettingSource.File file
                ? new ConfigProblem(file.name(), file.line(), file.column(), message)
                : new ConfigProblem(settingSource.location(), 0, 0, message);
    }

    /** A problem of something that has no place in a file. */
    public static ConfigProblem of(String source, String message) {
        return new ConfigProblem(source, 0, 0, message);
    }

    /** {@code numbers.toml:3:1}, or the source alone. */
    public String location() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }

    /** Files first, by name, line and column. */
    @Override
    public int compareTo(ConfigProblem other) {
        return BY_LOCATION.compare(this, other);
    }

    /** {@code numbers.toml:3:1: unknown key "rate_per_minut"; did you mean "rate-per-minute"?}. */
    @Override
    public String toString() {
        return location() + ": " + message;
    }
}
