package dev.ginkgo.run.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import org.slf4j.LoggerFactory;

/**
 * SLF4J provider for Logback that skips Logback's search for a configuration in all jars, because {@link
 * LogConfigurator} configures it for services. The launcher sets this class as provider, which also saves SLF4J's own
 * search.
 */
public final class LogProvider extends LogbackServiceProvider {
    private static final String UNCONFIGURED = "ginkgo.unconfigured";

    /** Called by SLF4J. */
    public LogProvider() {}

    @Override
    public void initialize() {
        LoggerContext context = (LoggerContext) getLoggerFactory();
        context.setName("default");
        context.setMDCAdapter((LogbackMDCAdapter) getMDCAdapter());
        context.putObject(UNCONFIGURED, UNCONFIGURED);
        context.start();
    }

    /** Runs Logback's standard configuration if it was skipped; for programs with a main method. */
    public static void configureIfNeeded() {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)
                || context.getObject(UNCONFIGURED) == null) {
            return;
        }
        context.removeObject(UNCONFIGURED);
        try {
            new ContextInitializer(context).autoConfig();
        } catch (JoranException e) {
            throw new CommandException(ExitCode.CONFIGURATION, "cannot configure Logback: " + e.getMessage());
        }
    }
}
