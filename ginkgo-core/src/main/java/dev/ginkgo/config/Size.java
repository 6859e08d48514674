package dev.ginkgo.config;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Number of bytes. The units {@code KiB}, {@code MiB}, {@code GiB} and {@code TiB} are powers of 1024; {@code kB} (or
 * {@code KB}), {@code MB}, {@code GB} and {@code TB} are powers of 1000; {@code B} is one byte.
 *
 * @param bytes number of bytes, at least 0
 */
public record Size(long bytes) implements Comparable<Size> {
    private static final String FORMS = "write a number and its unit, such as \"512B\", \"64KiB\" or \"10MB\"";
    private static final Pattern FORM = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?) ?([A-Za-z]+)");
    private static final Map<String, Long> UNITS = Map.ofEntries(
            Map.entry("B", 1L),
            Map.entry("kB", 1_000L),
            Map.entry("KB", 1_000L),
            Map.entry("MB", 1_000_000L),
            Map.entry("GB", 1_000_000_000L),
            Map.entry("TB", 1_000_000_000_000L),
            Map.entry("KiB", 1L << 10),
            Map.entry("MiB", 1L << 20),
            Map.entry("GiB", 1L << 30),
            Map.entry("TiB", 1L << 40));

    /**
     * Validates the component.
     *
     * @throws IllegalArgumentException if {@code bytes} is negative
     */
    public Size {
        if (bytes < 0) {
            throw new IllegalArgumentException("size is " + bytes + " bytes; it must not be negative");
        }
    }

    /** Returns a size in bytes. */
    public static Size ofBytes(long bytes) {
        return new Size(bytes);
    }

    /** Returns a size in units of 1024 bytes. */
    public static Size ofKibibytes(long kibibytes) {
        return new Size(Math.multiplyExact(kibibytes, 1L << 10));
    }

    /** Returns a size in units of 1024² bytes. */
    public static Size ofMebibytes(long mebibytes) {
        return new Size(Math.multiplyExact(mebibytes, 1L << 20));
    }

    /**
     * Parses {@code "64KiB"}, {@code "10MB"} or {@code "1.5GiB"}.
     *
     * @throws IllegalArgumentException if the text is malformed, too large, or not a whole number of bytes; the message
     *     shows the expected forms
     */
    public static Size of(String text) {
        Matcher matcher = FORM.matcher(text);
        Long unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("\"" + text + "\" is not a size; " + FORMS);
        }
        try {
            return new Size(new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(unit))
                    .longValueExact());
        } catch (ArithmeticException _) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is too large, or not a whole number of bytes; " + FORMS);
        }
    }

    /** Returns the size as an array length or buffer size, at most {@link Integer#MAX_VALUE}. */
    public int toInt() {
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    @Override
    public int compareTo(Size other) {
        return Long.compare(bytes, other.bytes);
    }

    /** Returns the shortest exact form, which {@link #of} parses: {@code 64KiB}. */
    @Override
    public String toString() {
        Map<Long, String> bySize = new TreeMap<>();
        UNITS.forEach((name, unit) -> bySize.merge(unit, name, (a, b) -> a.compareTo(b) > 0 ? a : b));
        String best = bytes + "B";
        for (Map.Entry<Long, String> unit : bySize.entrySet()) {
            String text = bytes / unit.getKey() + unit.getValue();
            if (bytes > 0 && bytes % unit.getKey() == 0 && text.length() <= best.length()) {
                best = text;
            }
        }
        return best;
    }
}
