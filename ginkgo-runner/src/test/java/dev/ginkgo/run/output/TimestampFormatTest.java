package dev.ginkgo.run.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.TimeZone;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TimestampFormatTest {
    private static final String STARTED = "2026-07-01T22:59:08.123456789Z";

    @Test
    @DisplayName("R-08 a timestamp is shown as local time with its offset, to the second, with its age")
    void formatsLocalTimeAndAge() {
        assertThat(at("2026-07-01T22:59:20.223456789Z", "Europe/Berlin").format(STARTED))
                .isEqualTo("2026-07-02 00:59:08 +02:00 (12.1 s ago)");
        assertThat(at("2026-07-04T22:59:08.123456789Z", "UTC").format(STARTED))
                .isEqualTo("2026-07-01 22:59:08 UTC (3 d ago)");
        assertThat(at("2026-07-01T22:59:08.123456789Z", "America/St_Johns").format(STARTED))
                .isEqualTo("2026-07-01 20:29:08 -02:30 (0 ms ago)");
    }

    @Test
    @DisplayName("R-08 a timestamp in the future has no age; a text that is not a timestamp is shown unchanged")
    void omitsAge_forFutureTimestamp() {
        assertThat(at("2026-07-01T22:59:00Z", "UTC").format(STARTED)).isEqualTo("2026-07-01 22:59:08 UTC");
        assertThat(at("2026-07-01T22:59:00Z", "UTC").format("yesterday")).isEqualTo("yesterday");
        assertThat(at("2026-07-01T22:59:00Z", "UTC").format("")).isEmpty();
    }

    private static TimestampFormat at(String now, String zone) {
        return new TimestampFormat(Instant.parse(now), TimeZone.getTimeZone(zone));
    }
}
