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
 * Logback, without the search of all jars for its configuration that it begins with: {@link LogConfigurator} configures it for a
 * service anyway. The launcher names this class to SLF4J, which then searches for no provider either.
 */
public final class LogProvider extends LogbackServiceProvider {
    private static final String UNCONFIGURED = "ginkgo.unconfigured";

    /** For SLF4J. */
    public LogProvider() {}

    @Override
    public void initialize() {
        LoggerContext context = (LoggerContext) getLoggerFactory();
        context.setName("default");
        context.setMDCAdapter((LogbackMDCAdapter) getMDCAdapter());
        context.putObject(UNCONFIGURED, UNCONFIGURED);
        context.start();
    }

    /** Makes up for it, for a program with a main method of its own: it finds Logback as it is without ginkgo. */
    public static void configureIfNeeded() {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)
                || context.getObject(UNCONFIGURED) == null) {
            return;
        }
        context.removeObject(UNCONFIGURED);
        try {
            new ContextInitializer(context).autoConfig();
        } catch (JoranException e) {
            throw new CommandException(ExitCode.CONFIGURATION, "Logback cannot be configured: " + e.getMessage());
        }
    }
}
