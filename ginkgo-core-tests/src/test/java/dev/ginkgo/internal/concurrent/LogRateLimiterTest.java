package dev.ginkgo.internal.concurrent;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.testing.FakeClock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LogRateLimiterTest {
    private final FakeClock clock = new FakeClock();
    private final LogRateLimiter limiter = new LogRateLimiter(clock);

    @Test
    @DisplayName("the first event is permitted immediately, the next one ten seconds later with the number of events"
            + " in between")
    void permitsOneInTenSeconds() {
        assertThat(limiter.countEvent()).isEqualTo(1);
        assertThat(limiter.countEvent()).isZero();
        clock.advance(ofSeconds(9));
        assertThat(limiter.countEvent()).isZero();
        clock.advance(ofSeconds(1));
        assertThat(limiter.countEvent()).isEqualTo(3);
        clock.advance(ofSeconds(10));
        assertThat(limiter.countEvent()).isEqualTo(1);
    }

    @Test
    void logsHowManyWereSuppressed() {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        ch.qos.logback.classic.Logger logger = new LoggerContext().getLogger("test");
        logger.addAppender(appender);
        appender.start();

        limiter.warn(logger, "first");
        limiter.warn(logger, "second");
        clock.advance(ofSeconds(10));
        limiter.warn(logger, "third");

        assertThat(appender.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("first", "third (and 1 more since the last line)");
    }
}
