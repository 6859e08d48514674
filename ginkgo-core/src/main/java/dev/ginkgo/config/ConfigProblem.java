package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * Problem in a configuration, with its position. The natural order lists files first, by name, line and column.
 *
 * @param source name of the file as it was given, {@code env GINKGO_RATE}, {@code --set rate}, or the key that is
 *     missing
 * @param line line in the file, from 1; 0 if the source has no lines
 * @param column column in the line, from 1; 0 if the source has no lines
 * @param message what is wrong and how to correct it, in one line; never contains the value of a secret
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

    /** Returns a problem at the position of a value or key. */
    public static ConfigProblem at(SettingSource settingSource, String message) {
        return settingSource instanceof SettingSource.File file
                ? new ConfigProblem(file.name(), file.line(), file.column(), message)
                : new ConfigProblem(settingSource.location(), 0, 0, message);
    }

    /** Returns a problem of something that has no position in a file. */
    public static ConfigProblem of(String source, String message) {
        return new ConfigProblem(source, 0, 0, message);
    }

    /** Returns {@code numbers.toml:3:1}, or the source if there is no line. */
    public String location() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }

    /** Compares by position: files first, by name, line and column. */
    @Override
    public int compareTo(ConfigProblem other) {
        return BY_LOCATION.compare(this, other);
    }

    /** Returns {@code numbers.toml:3:1: unknown key "rate_per_minut"; did you mean "rate-per-minute"?}. */
    @Override
    public String toString() {
        return location() + ": " + message;
    }
}
