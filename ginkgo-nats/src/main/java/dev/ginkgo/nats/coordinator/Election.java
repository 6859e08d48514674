package dev.ginkgo.nats.coordinator;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.nats.coordinator.LeaseEntry.State;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Election of the leader by one entry of the bucket, {@link LeaseEntry}. The leader renews it; each write expects the
 * revision of the previous one. Another node that has received no renewal for the takeover delay claims the entry with the last
 * revision that it has received, so at most one claim succeeds, and a renewal by the previous leader fails afterwards.
 * The clocks of the servers have no part in this, and neither has the removal of old entries.
 *
 * <p>A node that has just connected cannot know which renewals it has missed, or whether the servers have lost the last
 * ones: it waits a full takeover delay, even if the entry is released.
 *
 * <p>Confined to the task of the coordinator, except {@link #releasable}; receives the time and results of writes, and needs no
 * server in tests.
 */
final class Election {
    private static final Logger LOG = LoggerFactory.getLogger(Election.class);

    /** The last entry received or stored; without an entry if the key has none or was deleted. */
    private record Observed(@Nullable LeaseEntry entry, long revision, DualTimestamp receivedAt) {}

    private final Member self;
    private final CoordinatorListener listener;
    private final LeaseTiming timing;
    private final TimeSource time;

    private volatile Optional<BucketWriter> bucket = Optional.empty();
    private String cluster = "";
    private DualTimestamp connectedAt;
    private Observed last;
    private volatile @Nullable Epoch held;
    private @Nullable DualTimestamp lastRenewal;
    private @Nullable DualTimestamp lastRejection;
    private @Nullable DualTimestamp steppedDownAt;
    private Duration lastTakeoverDelay = Duration.ZERO;
    private long highestEpoch;
    private boolean writing;
    private @Nullable Runnable whenIdle;
    private boolean excluded;

    Election(Member self, CoordinatorListener listener, TimeSource time) {
        this.self = self;
        this.listener = listener;
        this.timing = listener.leaseTiming();
        this.time = time;
        this.connectedAt = DualTimestamp.now(time);
        this.last = new Observed(null, 0, connectedAt);
    }

    /** Begins with a connection, before its entries are received. */
    void connected(String newCluster) {
        if (!newCluster.equals(cluster)) {
            endLeadership();
            cluster = newCluster;
            highestEpoch = 0;
        }
        connectedAt = DualTimestamp.now(time);
        last = new Observed(null, 0, connectedAt);
        writing = false;
        lastRejection = null;
    }

    /** Continues when the present entries have been received. */
    void synchronised(BucketWriter writer) {
        connectedAt = DualTimestamp.now(time);
        bucket = Optional.of(writer);
    }

    /** The connection has ended. A lease that is held stays valid until it expires. */
    void disconnected() {
        bucket = Optional.empty();
        becomeIdle();
    }

    /** Excludes this node from elections: a newer process with its name has joined. */
    void exclude() {
        excluded = true;
        endLeadership();
    }

    boolean isLeading() {
        return held != null;
    }

    // ---- what the bucket contains

    /**
     * Receives the entry. If it was deleted, or written by another program, the leader ends its leadership, and each node claims
     * the lease when that of any leader has expired, as after a renewal.
     *
     * @param entry null if it was deleted or is malformed
     */
    void received(@Nullable LeaseEntry entry, long revision) {
        if (revision <= last.revision) {
            return;
        }
        last = new Observed(entry, revision, DualTimestamp.now(time));
        if (entry == null) {
            return;
        }
        lastTakeoverDelay = entry.takeoverDelay();
        long number = entry.epochAt(revision);
        boolean own = entry.isBy(self.name(), self.incarnation());
        if (!own && held != null && number >= held.number()) {
            endLeadership();
        }
        if (number > highestEpoch) {
            highestEpoch = number;
            if (entry.state() != State.RELEASED) {
                listener.leaderChanged(entry.holder(), new Epoch(cluster, number));
            }
        }
    }

    // ---- what this node writes

    /** Sends what is due: a renewal, or a claim. */
    void tick() {
        if (bucket.isEmpty() || writing || excluded) {
            return;
        }
        LeaseEntry entry = last.entry;
        boolean own = entry != null && entry.isBy(self.name(), self.incarnation());
        if (held != null && !own) { // the servers have lost it
            endLeadership();
        }
        if (untilDue().isPositive()) {
            return;
        }
        if (held != null) {
            write(State.RENEWED, held.number());
        } else {
            write(State.CLAIMED, highestEpoch + 1);
        }
    }

    /** Returns how long nothing is due, unless an entry is received. */
    Duration untilDue() {
        if (bucket.isEmpty() || writing || excluded) {
            return timing.ttl();
        }
        Duration due = held != null
                ? remaining(timing.renewalInterval(), lastRenewal)
                : max(untilClaim(), remaining(timing.takeoverDelay(), steppedDownAt));
        Duration pause = remaining(timing.renewalInterval(), lastRejection);
        return max(pause, due);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private Duration untilClaim() {
        LeaseEntry entry = last.entry;
        if (entry == null) {
            return remaining(
                    max(lastTakeoverDelay, timing.takeoverDelay()),
                    last.receivedAt.nanos() > connectedAt.nanos() ? last.receivedAt : connectedAt);
        }
        Duration delay = max(entry.takeoverDelay(), timing.takeoverDelay());
        Duration sinceConnected = remaining(delay, connectedAt);
        // Its own lease, which it gave up before, does not delay a node; but its own entry may be the last only because
        // the servers have lost those of a later leader.
        boolean free = entry.state() == State.RELEASED || entry.isBy(self.name(), self.incarnation());
        Duration sinceRenewal = free ? Duration.ZERO : remaining(delay, last.receivedAt);
        return max(sinceConnected, sinceRenewal);
    }

    private Duration remaining(Duration period, @Nullable DualTimestamp since) {
        return since == null ? Duration.ZERO : period.minus(since.elapsedMonotonic(time));
    }

    private void write(State state, long epoch) {
        writing = true;
        DualTimestamp start = DualTimestamp.now(time); // before it is sent
        lastRenewal = start;
        LeaseEntry entry = new LeaseEntry(self.name(), self.incarnation(), state, epoch, timing.takeoverDelay());
        bucket.orElseThrow()
                .write(
                        LeaseEntry.KEY,
                        entry.encode(),
                        last.revision,
                        revision -> stored(entry, revision, start),
                        this::rejected);
    }

    private void stored(LeaseEntry entry, long revision, DualTimestamp start) {
        lastRejection = null;
        received(entry, revision);
        becomeIdle();
        if (excluded) {
            return;
        }
        Epoch epoch = held;
        if (entry.state() == State.CLAIMED) {
            epoch = new Epoch(cluster, entry.epochAt(revision));
            if (epoch.number() > revision) {
                LOG.error(
                        "the NATS servers have lost entries that they had acknowledged: revision {} follows epoch {};"
                                + " set sync_interval in their configuration, or use several replicas",
                        revision,
                        epoch.number() - 1);
            }
        }
        if (epoch == null) { // ended while the renewal was sent
            return;
        }
        held = epoch;
        if (!listener.leaseRenewed(epoch, start)) {
            endLeadership();
        }
    }

    private void rejected() {
        lastRejection = DualTimestamp.now(time);
        becomeIdle();
    }

    private void endLeadership() {
        Epoch epoch = held;
        held = null;
        if (epoch != null) {
            listener.leaseEnded(epoch);
        }
    }

    /** Returns the epoch in which this node leads and is able to release its lease, if there is one. Any thread. */
    Optional<Epoch> releasable() {
        return bucket.flatMap(_ -> Optional.ofNullable(held));
    }

    /**
     * Ends the leadership of this node and releases its lease; this node does not claim it for one takeover delay.
     *
     * @param epoch has no effect if this node does not lead in this epoch any more
     */
    void stepDown(Epoch epoch) {
        if (epoch.equals(held)) {
            steppedDownAt = DualTimestamp.now(time);
            releaseLease(() -> {});
        }
    }

    /**
     * Ends the leadership of this node, if it leads, and releases its lease; this node never leads again.
     *
     * @param done is run when the release is stored, or at once if there is nothing to release
     */
    void release(Runnable done) {
        excluded = true;
        releaseLease(done);
    }

    private void releaseLease(Runnable done) {
        Epoch epoch = held;
        endLeadership();
        LeaseEntry entry = last.entry;
        if (epoch == null
                || bucket.isEmpty()
                || entry == null // the servers have lost it
                || !entry.isBy(self.name(), self.incarnation())) {
            done.run();
            return;
        }
        LeaseEntry released =
                new LeaseEntry(self.name(), self.incarnation(), State.RELEASED, epoch.number(), timing.takeoverDelay());
        // A renewal may be on its way: its revision is not known, so the release is sent after it.
        awaitIdle(() -> bucket.ifPresentOrElse(writer -> writeRelease(writer, released, done), done));
    }

    private void writeRelease(BucketWriter writer, LeaseEntry released, Runnable done) {
        writing = true;
        writer.write(
                LeaseEntry.KEY,
                released.encode(),
                last.revision,
                revision -> {
                    received(released, revision);
                    becomeIdle();
                    done.run();
                },
                () -> {
                    rejected();
                    done.run();
                });
    }

    private void awaitIdle(Runnable action) {
        if (writing) {
            whenIdle = action;
        } else {
            action.run();
        }
    }

    private void becomeIdle() {
        writing = false;
        Runnable action = whenIdle;
        whenIdle = null;
        if (action != null) {
            action.run();
        }
    }
}
