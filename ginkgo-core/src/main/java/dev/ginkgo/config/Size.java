package dev.ginkgo.config;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes. {@code KiB}, {@code MiB}, {@code GiB}, {@code TiB} are powers of 1024; {@code kB} (or {@code
 * KB}), {@code MB}, {@code GB}, {@code TB} powers of 1000; {@code B} is a byte.
 *
 * @param bytes 0 or more
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

    public Size {
        if (bytes < 0) {
            throw new IllegalArgumentException(bytes + " bytes are fewer than none");
        }
    }

    public static Size ofBytes(long bytes) {
        return new Size(bytes);
    }

    public static Size ofKibibytes(long kibibytes) {
        return new Size(Math.multiplyExact(kibibytes, 1L << 10));
    }

    public static Size ofMebibytes(long mebibytes) {
        return new Size(Math.multiplyExact(mebibytes, 1L << 20));
    }

    /**
     * Reads {@code "64KiB"}, {@code "10MB"}, {@code "1.5GiB"}.
     *
     * @throws IllegalArgumentException if it is not such a text, or no whole number of bytes; the message shows the
     *     forms
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
            throw new IllegalArgumentException("\"" + text + "\" is too large, or no whole number of bytes; " + FORMS);
        }
    }

    /** As an array length or buffer size: never more than an {@code int} holds. */
    public int toInt() {
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    @Override
    public int compareTo(Size other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The shortest exact form, which {@link #of} reads: {@code 64KiB}. */
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
