package dev.ginkgo.nats.coordinator;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.internal.concurrent.BackoffSequence;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import dev.ginkgo.nats.client.NatsConnector;
import dev.ginkgo.nats.client.NatsLink;
import dev.ginkgo.time.TimeSource;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Body of the one task of the coordinator: connects, and processes everything that happens in order, so that nothing
 * needs a lock. Other threads only add actions to its queue.
 */
final class CoordinatorLoop {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorLoop.class);
    private static final Duration MIN_PAUSE = Duration.ofMillis(50);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);

    private final NatsConnector connector;
    private final BucketConfig config;
    private final TimeSource time;
    private final Consumer<Optional<String>> health;
    private final Election election;
    private final Roster roster;
    private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();
    private final WakeableTimer timer;
    private final BackoffSequence backoff;
    private final CountDownLatch left = new CountDownLatch(1);
    private final AtomicReference<@Nullable Member> update = new AtomicReference<>();
    private final Member self;
    private volatile boolean leaving;

    // confined to the task
    private boolean synchronised;
    private long storedIncarnation;
    private long incarnationRevision;

    /** @param health is called with the reason why this node does not work, or an empty value */
    CoordinatorLoop(
            NatsConnector connector,
            BucketConfig config,
            Member self,
            CoordinatorListener listener,
            Duration failureTimeout,
            TimeSource time,
            RandomGenerator random,
            Consumer<Optional<String>> health) {
        this.connector = connector;
        this.self = self;
        this.config = config;
        this.time = time;
        this.health = health;
        this.timer = new WakeableTimer(time);
        this.backoff = BackoffSequence.shortenedByUpToHalf(random);
        this.election = new Election(self, listener, time);
        this.roster = new Roster(self, listener, time, failureTimeout);
    }

    /** Runs until this node has left. */
    void run() throws InterruptedException {
        try {
            while (!leaving) {
                try {
                    runSession();
                } catch (IOException | JetStreamApiException | IllegalStateException e) {
                    LOG.debug("the connection to NATS has ended", e);
                    if (!leaving) {
                        health.accept(Optional.of(String.valueOf(e.getMessage())));
                        timer.await(backoff.next(MIN_PAUSE, MAX_PAUSE));
                    }
                }
            }
        } finally {
            left.countDown();
        }
    }

    private void runSession() throws IOException, JetStreamApiException, InterruptedException {
        Closed closed = new Closed();
        try (NatsLink link = connector.connect(() -> execute(closed))) {
            Connection connection = link.connection();
            BucketSession session =
                    new BucketSession(connection, config, time, action -> execute(() -> runDuring(closed, action)));
            election.connected(session.cluster());
            roster.connected();
            session.watch(connection, new Entries());
            while (!closed.happened && !leaving) {
                processActions();
                session.check();
                Member changedSelf = update.getAndSet(null);
                if (changedSelf != null) {
                    roster.update(changedSelf);
                }
                if (synchronised) {
                    roster.tick(election.isLeading());
                    if (roster.isReplaced()) {
                        election.exclude();
                        health.accept(Optional.of("a newer process with this node's cluster.identity has joined"));
                    }
                    election.tick();
                    if (roster.isDeaf()) {
                        throw new IOException("NATS accepts this node's entries but does not deliver them");
                    }
                }
                timer.await(min(election.untilDue(), roster.untilDue()));
            }
            if (leaving) {
                leaveSession(session, closed);
            } else {
                throw new IOException("the connection to NATS at " + connector + " is lost");
            }
        } finally {
            closed.happened = true;
            synchronised = false;
            election.disconnected();
            roster.disconnected();
        }
    }

    private void leaveSession(BucketSession session, Closed closed) throws IOException, InterruptedException {
        boolean[] released = new boolean[1];
        election.release(() -> released[0] = true);
        roster.leave();
        while (!closed.happened && !(released[0] && session.isIdle())) {
            processActions();
            session.check();
            timer.await(MAX_PAUSE);
        }
    }

    private void processActions() {
        for (Runnable action = actions.poll(); action != null; action = actions.poll()) {
            action.run();
        }
    }

    private void execute(Runnable action) {
        actions.add(action);
        timer.wake();
    }

    /** Runs what a connection has received, unless it has ended. */
    private static void runDuring(Closed closed, Runnable action) {
        if (!closed.happened) {
            action.run();
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Replaces this node's entry. Any thread. */
    void update(Member self) {
        update.set(self);
        timer.wake();
    }

    /**
     * Gives up the leadership. Any thread; does not wait for the release.
     *
     * @throws IllegalStateException if this node does not lead, or no other node is present
     */
    void stepDown() {
        Epoch epoch = election.releasable()
                .orElseThrow(() -> new IllegalStateException("this node, " + self.name()
                        + ", is not the leader, or has no connection to NATS at " + connector
                        + "; repeat the command at the leader, which \"ginkgo cluster\" names"));
        if (!roster.hasOthers()) {
            throw new IllegalStateException(
                    "no other node is present, so that none could take over from " + self.name() + "; start one");
        }
        execute(() -> election.stepDown(epoch));
    }

    /**
     * Leaves, and waits for it.
     *
     * @return whether the lease was released, and the entry deleted, in time
     */
    boolean leave(Duration timeout) throws InterruptedException {
        leaving = true;
        timer.wake();
        return left.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** End of the connection. */
    private static final class Closed implements Runnable {
        private boolean happened;

        @Override
        public void run() {
            happened = true;
        }
    }

    private final class Entries implements BucketSession.Receiver {
        @Override
        public void put(String key, byte[] value, long revision) {
            try {
                if (key.equals(LeaseEntry.KEY)) {
                    election.received(LeaseEntry.decode(value), revision);
                } else if (key.equals(IncarnationCounter.key(self.name()))) {
                    incarnationRevision = revision;
                    storedIncarnation = IncarnationCounter.decode(value);
                } else if (MemberEntry.isKey(key)) {
                    roster.received(MemberEntry.decode(MemberEntry.name(key), value), revision);
                }
            } catch (IllegalArgumentException e) {
                LOG.error(
                        "another program has written the entry {} of the bucket {}, which is malformed ({}); the nodes"
                                + " replace it. Find the program, and give it, or this cluster, another bucket",
                        key,
                        config.bucket(),
                        e.getMessage());
                deleted(key, revision); // so that the next write expects its revision, and replaces it
            }
        }

        @Override
        public void deleted(String key, long revision) {
            if (key.equals(LeaseEntry.KEY)) {
                election.received(null, revision);
            } else if (MemberEntry.isKey(key)) {
                MemberEntry.findName(key).ifPresent(name -> roster.deleted(name, revision));
            }
        }

        @Override
        public void endOfPresent(BucketSession session) {
            synchronised = true;
            backoff.reset();
            election.synchronised(session);
            roster.synchronised(session);
            if (storedIncarnation < self.incarnation()) { // the server could not be reached before this node joined
                session.write(
                        IncarnationCounter.key(self.name()),
                        IncarnationCounter.encode(self.incarnation()),
                        incarnationRevision,
                        _ -> {},
                        () -> {});
            }
            health.accept(Optional.empty());
        }
    }
}
