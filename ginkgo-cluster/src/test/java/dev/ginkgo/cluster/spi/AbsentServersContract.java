package dev.ginkgo.cluster.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an engine with servers of its own logs while none of them works. */
public abstract class AbsentServersContract extends ContractNodes {
    private static final int ATTEMPTS = 4;

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.ginkgo");
    private final @Nullable Level level = logger.getLevel();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
                logged.add(event.getFormattedMessage());
            }
        }
    };

    private ClosingServer first;
    private ClosingServer second;

    /** A port at which every connection is closed. */
    private static final class ClosingServer implements AutoCloseable {
        final AtomicInteger connections = new AtomicInteger();
        private final ServerSocket listener = new ServerSocket();

        ClosingServer() throws IOException {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        listener.accept().close();
                        connections.incrementAndGet();
                    }
                } catch (IOException _) {
                    // closed
                }
            });
        }

        Address address() {
            return new Address("127.0.0.1", listener.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    /** Creates a coordinator with these servers. */
    protected abstract Coordinator coordinator(List<Address> servers) throws Exception;

    @Override
    protected final Coordinator coordinator() throws Exception {
        return coordinator(List.of(first.address(), second.address()));
    }

    @BeforeEach
    final void startServers() throws IOException {
        first = new ClosingServer();
        second = new ClosingServer();
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.addAppender(appender);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    final void stopServers() throws IOException {
        logger.detachAppender(appender);
        logger.setLevel(level);
        first.close();
        second.close();
    }

    @Test
    @DisplayName(
            "contract: E-42, N-51: a node that starts while its servers end every connection is degraded and tries again;"
                    + " it logs each reason once, with the address of a server")
    void eachReasonIsLoggedOnce() throws Exception {
        Node node = join(1);

        await().atMost(TIMEOUT)
                .until(() -> first.connections.get() >= ATTEMPTS && second.connections.get() >= ATTEMPTS);

        List<String> reasons =
                logged.stream().filter(each -> each.contains("127.0.0.1:")).toList();
        assertThat(reasons).isNotEmpty().doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(4);
        assertThat(reasons)
                .anyMatch(each -> each.contains(first.address().toString())
                        || each.contains(second.address().toString()));
        awaitDegraded(node);
    }
}
