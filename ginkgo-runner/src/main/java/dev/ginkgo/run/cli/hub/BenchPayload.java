package dev.ginkgo.run.cli.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Payload of a benchmark: {@code bench=MICROS} and padding, where MICROS is the time of the publish in microseconds since
 * 1970. A payload that is too short for it is only padding.
 */
final class BenchPayload {
    private static final String PREFIX = "bench=";
    private static final int TIME_LENGTH = PREFIX.length() + 17; // with a space; 16 digits suffice until 2286

    private BenchPayload() {}

    /** Returns a payload of that size, with the current time. */
    static byte[] create(int size, Instant now) {
        byte[] payload = new byte[size];
        Arrays.fill(payload, (byte) 'x');
        if (size >= TIME_LENGTH) {
            byte[] time = (PREFIX + micros(now) + " ").getBytes(US_ASCII);
            System.arraycopy(time, 0, payload, 0, time.length);
        }
        return payload;
    }

    /** Returns the time since the publish in nanoseconds, if the payload has it. */
    static OptionalLong age(byte[] payload, Instant now) {
        String start = new String(payload, 0, Math.min(payload.length, TIME_LENGTH), US_ASCII);
        if (!start.matches(PREFIX + "\\d{15,16} .*")) {
            return OptionalLong.empty();
        }
        long published = Long.parseLong(start.substring(PREFIX.length(), start.indexOf(' ')));
        return OptionalLong.of((micros(now) - published) * 1_000);
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
