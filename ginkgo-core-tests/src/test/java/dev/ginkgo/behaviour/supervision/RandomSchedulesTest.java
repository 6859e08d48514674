package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Starts, stops, reloads, additions, removals and failures at random moments, from several threads, on random trees.
 * {@code -Dginkgo.schedules=100000} runs that many seeds; {@code -Dginkgo.seed=17} runs this seed a hundred times (the
 * random choices repeat, the interleaving of the threads may not).
 */
final class RandomSchedulesTest {
    private static final int PARALLEL_RUNS = 12;
    private static final int LIMIT_SECONDS = 20;

    /** How often a schedule with a leak is repeated alone: on a busy machine a task may exceed its deadline by chance. */
    private static final int REPETITIONS = 20;

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.ginkgo");
    private final Logger engine = (Logger) LoggerFactory.getLogger("dev.ginkgo.Ginkgo");
    private final Queue<String> engineErrors = new ConcurrentLinkedQueue<>();
    private final Queue<Long> seedsWithLeaks = new ConcurrentLinkedQueue<>();
    private final StallMeter stallMeter = new StallMeter();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            engineErrors.add(event.getFormattedMessage()
                    + (event.getThrowableProxy() == null
                            ? ""
                            : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
    };

    /** Discards what the random services log, and collects the errors of the engine itself. */
    @BeforeEach
    void collectEngineErrors() {
        logger.setLevel(Level.OFF);
        appender.setContext(engine.getLoggerContext());
        appender.start();
        engine.setLevel(Level.ERROR);
        engine.setAdditive(false);
        engine.addAppender(appender);
    }

    @AfterEach
    void restoreLogging() {
        stallMeter.close();
        engine.detachAppender(appender);
        engine.setAdditive(true);
        engine.setLevel(null);
        logger.setLevel(null);
    }

    @Test
    @DisplayName(
            "L, T, S: random interleavings violate no rule; S-11 no error of the engine and no leaked task is tolerated")
    void randomInterleavings() throws InterruptedException {
        Long one = Long.getLong("ginkgo.seed");
        long[] seeds = one != null
                ? LongStream.generate(() -> one).limit(100).toArray()
                : LongStream.range(0, Long.getLong("ginkgo.schedules", 2_000)).toArray();
        Semaphore permits = new Semaphore(PARALLEL_RUNS);
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (long seed : seeds) {
            permits.acquire();
            if (failures.size() + engineErrors.size() > 5) {
                break;
            }
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                try {
                    String violations = run(seed, false);
                    if (!violations.isEmpty()) {
                        failures.add("seed " + seed + " (repeat with -Dginkgo.seed=" + seed + "):\n" + violations);
                    }
                } finally {
                    permits.release();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (long seed : seedsWithLeaks) {
            for (int i = 0; i < REPETITIONS; i++) {
                String violations = run(seed, true);
                if (!violations.isEmpty()) {
                    failures.add("seed " + seed + ", which had a leak before:\n" + violations);
                }
            }
        }
        assertThat(String.join("\n\n", failures)).isEmpty();
        assertThat(engineErrors).isEmpty();
    }

    /**
     * Runs a schedule, and returns its violations.
     *
     * @param withLeaks whether leaks are violations; otherwise the seed is noted
     */
    private String run(long seed, boolean withLeaks) {
        RandomSchedule randomSchedule = new RandomSchedule(seed, stallMeter);
        FutureTask<List<String>> result = new FutureTask<>(randomSchedule::run);
        Thread thread = Thread.ofPlatform().daemon().name("schedule " + seed).start(result);
        try {
            List<String> violations = new ArrayList<>(result.get(LIMIT_SECONDS, TimeUnit.SECONDS));
            if (withLeaks) {
                violations.addAll(randomSchedule.leaks());
            } else if (!randomSchedule.leaks().isEmpty()) {
                seedsWithLeaks.add(seed);
            }
            return String.join("\n", violations);
        } catch (TimeoutException e) {
            return "still running after " + LIMIT_SECONDS + " s at\n    "
                    + Arrays.stream(thread.getStackTrace())
                            .map(StackTraceElement::toString)
                            .collect(Collectors.joining("\n    "))
                    + randomSchedule.dump();
        } catch (ExecutionException e) {
            return "ended with " + e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
