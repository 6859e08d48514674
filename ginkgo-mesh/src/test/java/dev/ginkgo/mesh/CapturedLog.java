package dev.ginkgo.mesh;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the engine logs, from that level on, instead of on the console. */
final class CapturedLog implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger(MeshCoordinator.class.getPackageName());
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    CapturedLog(Level level) {
        logged.start();
        logger.setLevel(level);
        logger.setAdditive(false);
        logger.addAppender(logged);
    }

    /** All with that in it. */
    List<String> messagesContaining(String what) {
        return List.copyOf(logged.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(message -> message.contains(what))
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(logged);
        logger.setLevel(null);
        logger.setAdditive(true);
    }
}
