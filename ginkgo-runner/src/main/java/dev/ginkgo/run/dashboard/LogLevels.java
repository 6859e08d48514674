package dev.ginkgo.run.dashboard;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** The levels of the loggers of this process, which may be changed until its end or the next reload of {@code log.level}. */
final class LogLevels {
    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    private LogLevels() {}

    /** Returns the level of the root logger. */
    static String rootLevel() {
        return String.valueOf(context().getLogger(Logger.ROOT_LOGGER_NAME).getLevel());
    }

    /**
     * Sets the level of a logger, and returns a message that confirms it.
     *
     * @param logger the name of a logger or package; empty for the root
     * @throws IllegalArgumentException if there is no such level
     */
    static String set(String logger, String level) {
        if (!LEVELS.contains(level)) {
            throw new IllegalArgumentException("unknown log level \"" + level + "\"; the levels are " + LEVELS);
        }
        String name = logger.isEmpty() ? Logger.ROOT_LOGGER_NAME : logger;
        context().getLogger(name).setLevel(Level.toLevel(level));
        return "the log level of " + (logger.isEmpty() ? "all loggers without a level of their own" : logger)
                + " is now " + level;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
