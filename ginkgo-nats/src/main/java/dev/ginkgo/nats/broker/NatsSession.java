package dev.ginkgo.nats.broker;

import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.nats.client.NatsConnector;
import dev.ginkgo.nats.client.NatsLink;
import dev.ginkgo.time.TimeSource;
import io.nats.client.Connection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One connection, from its establishment to its end. Thread-safe. */
final class NatsSession implements StreamReader.ReadSession, AutoCloseable {
    private final NatsLink link;
    private final String servers;
    private final WaitQueue changes;
    private final AtomicReference<@Nullable String> problem;

    private NatsSession(NatsLink link, String servers, WaitQueue changes, AtomicReference<@Nullable String> problem) {
        this.link = link;
        this.servers = servers;
        this.changes = changes;
        this.problem = problem;
    }

    /**
     * Connects. Blocks until a server accepts the connection.
     *
     * @param changes is signalled when the connection ends
     * @throws IOException if no server does; the message names the servers
     */
    static NatsSession connect(NatsConnector connector, WaitQueue changes) throws IOException, InterruptedException {
        AtomicReference<@Nullable String> problem = new AtomicReference<>();
        NatsLink link = connector.connect(() -> {
            problem.compareAndSet(null, lost(connector.toString()));
            changes.signal();
        });
        return new NatsSession(link, connector.toString(), changes, problem);
    }

    Connection connection() {
        return link.connection();
    }

    @Override
    public boolean isOpen() {
        return problem.get() == null;
    }

    private static String lost(String servers) {
        return "the connection to NATS at " + servers + " is lost";
    }

    /**
     * Ends the connection because it does not work.
     *
     * @param reason what does not work, without the address of the server
     */
    @Override
    public void fail(String reason) {
        boolean closed = connection().getStatus() == Connection.Status.CLOSED; // the reason is a consequence
        problem.compareAndSet(null, closed ? lost(servers) : reason + " (NATS at " + servers + ")");
        changes.signal();
    }

    /** Waits for the end of the connection, and returns its reason. */
    String awaitEnd(TimeSource time) throws InterruptedException {
        String reason = null;
        while (reason == null) {
            reason = changes.await(problem::get, time, WaitQueue.never(time));
        }
        return reason;
    }

    @Override
    public void close() {
        fail("the connection to NATS is closed");
        link.close();
    }
}
