package dev.ginkgo.mesh.raft;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.raft.storage.RaftCommand;
import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lease task of the policy {@code quorum}, active while Raft has elected this node. It first commits a no-op, after
 * which this node knows all renewals that previous leaders committed. It then waits until no older lease can be valid,
 * and then commits a renewal at each renewal interval, with a timestamp taken before it is sent. If no renewal is
 * committed for the duration of a lease, the session ends: this node may receive messages of the others but be unable
 * to send to them, and they would not elect another leader while it remains in the view.
 */
public final class LeaderLeaseLoop {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderLeaseLoop.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);
    private static final Duration HAND_OVER_INTERVAL = Duration.ofMillis(50);
    private static final Duration COMMIT_POLL_INTERVAL = Duration.ofMillis(50);

    private final MeshContext context;
    private final ObservedLeases observedLeases;
    private final Supplier<? extends @Nullable RaftSession> session;

    /**
     * @param session returns the current session; null while this node is not in the view
     */
    public LeaderLeaseLoop(
            MeshContext meshContext, ObservedLeases observedLeases, Supplier<? extends @Nullable RaftSession> session) {
        this.context = meshContext;
        this.observedLeases = observedLeases;
        this.session = session;
    }

    /** Runs until the node leaves. The body of a task. */
    public void run() throws InterruptedException {
        while (!context.isLeaving()) {
            RaftSession current = session.get();
            MeshRaft raft = current == null ? null : current.raft();
            if (current != null
                    && raft != null
                    && raft.isLeader()
                    && current.endReason().isEmpty()
                    && !context.mustNotLead()
                    && !context.isSteppingDown()) {
                new Leadership(current, raft).run();
            } else {
                context.leaseTimer().await(POLL_INTERVAL);
            }
        }
        context.resign();
    }

    /** Leadership of this node in one Raft term. */
    private final class Leadership {
        private final RaftSession session;
        private final MeshRaft raft;
        private final long term;
        private final LeaseTiming timing = context.listener().leaseTiming();

        Leadership(RaftSession session, MeshRaft raft) {
            this.session = session;
            this.raft = raft;
            term = raft.currentTerm();
        }

        private boolean isStillLeader() {
            return raft.isLeader()
                    && raft.currentTerm() == term
                    && session.endReason().isEmpty();
        }

        private boolean mayContinue() {
            return isStillLeader() && !context.isLeaving() && !context.isSteppingDown();
        }

        void run() throws InterruptedException {
            if (commit(raft.commit(command(Kind.NO_OP, context.name()))) && ensureCluster()) {
                awaitOlderLeases();
                renewUntilEnd(session.epoch(term));
            }
        }

        /** Forms the cluster if there is none yet; returns whether there is one. */
        private boolean ensureCluster() throws InterruptedException {
            if (!session.cluster().isEmpty()) {
                return true;
            }
            String name = UUID.randomUUID().toString().substring(0, 8);
            LOG.info("{} forms the cluster {}", context.name(), name);
            return commit(raft.changeVoter(true, context.name(), term))
                    && commit(raft.commit(command(Kind.FORM_CLUSTER, name)));
        }

        private RaftCommand command(Kind kind, String name) {
            return new RaftCommand(kind, term, name, context.incarnation(), timing.takeoverDelay());
        }

        private void awaitOlderLeases() throws InterruptedException {
            Duration remaining = remainingWait();
            if (remaining.isPositive()) {
                LOG.info(
                        "{} is elected; it leads in {} ms, when older leases have expired",
                        context.name(),
                        remaining.toMillis());
            }
            while (mayContinue() && remaining.isPositive()) {
                context.leaseTimer().await(remaining);
                remaining = remainingWait();
            }
        }

        private Duration remainingWait() {
            return observedLeases.remainingWait(term, context.name(), context.incarnation(), timing);
        }

        private void renewUntilEnd(Epoch epoch) throws InterruptedException {
            boolean renewed = false;
            try {
                while (mayContinue()) {
                    DualTimestamp start = DualTimestamp.now(context.time());
                    if (!commit(raft.commit(command(Kind.RENEW, context.name()))) || !isStillLeader()) {
                        break;
                    }
                    renewed = true;
                    if (!context.listener().leaseRenewed(epoch, start)) {
                        session.end("the lease of epoch " + epoch + " expired before it was renewed");
                        break;
                    }
                    context.membershipTimer().wake();
                    awaitNextRenewal(start);
                }
            } finally {
                if (renewed) {
                    context.listener().leaseEnded(epoch);
                }
            }
            boolean steppingDown = context.isSteppingDown();
            if (renewed && (context.isLeaving() || steppingDown) && isStillLeader()) {
                commit(raft.commit(command(Kind.RELEASE, context.name())));
            }
            if (steppingDown) {
                handOver();
            }
        }

        /**
         * Asks another voter to start an election, until it is elected. If none is elected before this node may lead
         * again, the session ends: this node leaves the view, upon which the others elect a leader.
         */
        private void handOver() throws InterruptedException {
            LOG.info("{} steps down on request; epoch {} is over", context.name(), session.epoch(term));
            while (isStillLeader() && context.isSteppingDown() && !context.isLeaving()) {
                session.requestSuccession();
                context.leaseTimer().await(HAND_OVER_INTERVAL);
            }
            if (isStillLeader() && !context.isLeaving()) {
                session.end("it has stepped down, and no other voter was elected");
            }
        }

        private void awaitNextRenewal(DualTimestamp start) throws InterruptedException {
            Duration remaining = timing.renewalInterval().minus(start.elapsed(context.time()));
            while (mayContinue() && remaining.isPositive()) {
                context.leaseTimer().await(remaining);
                remaining = timing.renewalInterval().minus(start.elapsed(context.time()));
            }
        }

        /** Waits for a commit; returns whether it succeeded. Ends the session if it takes longer than a lease. */
        private boolean commit(CompletableFuture<?> future) throws InterruptedException {
            DualTimestamp start = DualTimestamp.now(context.time());
            while (true) {
                try {
                    future.get(COMMIT_POLL_INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
                    return true;
                } catch (ExecutionException e) {
                    if (isStillLeader()) {
                        LOG.warn("{}: commit in term {} failed", context.name(), term, e.getCause());
                        context.leaseTimer().await(POLL_INTERVAL);
                    }
                    return false;
                } catch (TimeoutException _) {
                    if (!isStillLeader()) {
                        return false;
                    }
                    if (start.elapsed(context.time()).compareTo(timing.ttl()) >= 0) {
                        session.end("no majority of the voters responded within "
                                + timing.ttl().toMillis() + " ms");
                        return false;
                    }
                }
            }
        }
    }
}
