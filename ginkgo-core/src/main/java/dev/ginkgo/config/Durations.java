package dev.ginkgo.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses and formats durations: {@code 250ms}, {@code 5s}, {@code 1m30s}, {@code 2h}, {@code 1d}. */
public final class Durations {
    private static final String FORMS =
            "write a number and its unit, such as \"250ms\", \"5s\", \"1m30s\", \"2h\", \"1d\" or \"PT5S\"";
    private static final Pattern PART = Pattern.compile("(\\d{1,18})(ns|us|ms|s|m|h|d)");

    private Durations() {}

    /**
     * Parses one or several numbers with units ({@code ns us ms s m h d}), or ISO 8601 ({@code PT5S}).
     *
     * @throws IllegalArgumentException for any other text, such as a number without a unit or a negative duration; the
     *     message shows the expected forms
     */
    public static Duration parse(String text) {
        try {
            Duration duration = text.toUpperCase(Locale.ROOT).startsWith("P") ? Duration.parse(text) : sum(text);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeException | ArithmeticException _) {
            // reported below, with the expected forms
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a duration; " + FORMS);
    }

    private static Duration sum(String text) {
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            sum = sum.plus(of(part.group(2)).multipliedBy(Long.parseLong(part.group(1))));
            end = part.end();
        }
        return end == 0 || end < text.length() ? Duration.ofNanos(-1) : sum;
    }

    /** Returns the exact form that {@link #parse} parses: {@code 1m30s}; zero is {@code 0s}. */
    public static String format(Duration duration) {
        if (duration.isNegative()) {
            return duration.toString();
        }
        // Not by Duration.dividedBy, whose BigDecimal computes tables of powers in every process that uses it.
        String text = part(duration.toDaysPart(), "d")
                + part(duration.toHoursPart(), "h")
                + part(duration.toMinutesPart(), "m")
                + part(duration.toSecondsPart(), "s")
                + part(duration.toMillisPart(), "ms")
                + part(duration.toNanosPart() / 1_000 % 1_000, "us")
                + part(duration.toNanosPart() % 1_000, "ns");
        return text.isEmpty() ? "0s" : text;
    }

    private static String part(long count, String unit) {
        return count == 0 ? "" : count + unit;
    }

    /**
     * Returns a rounded form for display: {@code 12 ms}, {@code 1.5 s}, {@code 10 s}, {@code 3 min}, {@code 5 h},
     * {@code 2.5 d}.
     */
    public static String toHumanString(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 120_000) {
            return number(millis, 1_000) + " s";
        }
        if (millis < 7_200_000) {
            return number(millis, 60_000) + " min";
        }
        return millis < 172_800_000 ? number(millis, 3_600_000) + " h" : number(millis, 86_400_000) + " d";
    }

    private static String number(long millis, double unit) {
        String number = String.format(Locale.ROOT, "%.1f", millis / unit);
        return number.endsWith(".0") ? number.substring(0, number.length() - 2) : number;
    }

    private static Duration of(String unit) {
        return switch (unit) {
            case "ns" -> Duration.ofNanos(1);
            case "us" -> Duration.ofNanos(1_000);
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
    }
}
