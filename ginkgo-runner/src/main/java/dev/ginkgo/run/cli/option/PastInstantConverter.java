package dev.ginkgo.run.cli.option;

import dev.ginkgo.config.Durations;
import dev.ginkgo.time.TimeSource;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts a time in the past: an age ({@code 10m}), seconds since 1970, a time of the last 24 hours ({@code 14:38}), a
 * date, or a date and time, in the local zone or with an offset.
 */
public final class PastInstantConverter implements ITypeConverter<Instant> {
    private final Instant now;
    private final ZoneId zone;

    /** Creates a converter for the current time and the local zone. Called by picocli. */
    public PastInstantConverter() {
        this(TimeSource.system().now(), ZoneId.systemDefault());
    }

    /**
     * @param now the time that ages and times of day are relative to
     * @param zone the zone of times without an offset
     */
    PastInstantConverter(Instant now, ZoneId zone) {
        this.now = now;
        this.zone = zone;
    }

    @Override
    public Instant convert(String text) {
        String iso = text.strip().replace(' ', 'T');
        List<Function<String, Instant>> forms = List.of(
                each -> Instant.ofEpochSecond(Long.parseLong(each)),
                each -> now.minus(Durations.parse(each)),
                this::timeOfDay,
                each -> OffsetDateTime.parse(each).toInstant(),
                each -> LocalDateTime.parse(each).atZone(zone).toInstant(),
                each -> LocalDate.parse(each).atStartOfDay(zone).toInstant());
        return forms.stream()
                .flatMap(form -> parsed(form, iso).stream())
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text
                        + "' is neither an age such as 10m, nor a time such as 14:38 or \"2026-11-25 14:38\""));
    }

    private Instant timeOfDay(String text) {
        LocalDateTime today = LocalTime.parse(text).atDate(LocalDate.ofInstant(now, zone));
        Instant instant = today.atZone(zone).toInstant();
        return instant.isAfter(now) ? today.minusDays(1).atZone(zone).toInstant() : instant;
    }

    private static Optional<Instant> parsed(Function<String, Instant> form, String text) {
        try {
            return Optional.of(form.apply(text));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
