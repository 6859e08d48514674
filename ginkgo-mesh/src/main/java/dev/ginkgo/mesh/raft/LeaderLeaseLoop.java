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
 * The lease of this node while Raft has elected it. First it commits something, so that it knows all renewals that its
 * predecessors have committed; then it waits until none of them can be valid; then it commits a renewal each quarter of
 * the term, stamped before it is sent. If none is committed for a term it leaves the view: it may be that it hears
 * the others but is not heard, and then they would never elect another.
 */
public final class LeaderLeaseLoop {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderLeaseLoop.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);
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

    /** The task. */
    public void run() throws InterruptedException {
        while (!context.isLeaving()) {
            RaftSession stay = session.get();
            MeshRaft raft = stay == null ? null : stay.raft();
            if (stay != null
                    && raft != null
                    && raft.isLeader()
                    && stay.endReason().isEmpty()
                    && !context.hasMetOtherCluster()) {
                new Leadership(stay, raft).run();
            } else {
                context.leaseTimer().await(POLL_INTERVAL);
            }
        }
        context.resign();
    }

    /** One leadership. */
    private final class Leadership {
        private final RaftSession session;
        private final MeshRaft raft;
        private final long term;
        private final LeaseTiming timing = context.listener().leaseTiming();

        Leadership(RaftSession stay, MeshRaft raft) {
            this.session = stay;
            this.raft = raft;
            term = raft.currentTerm();
        }

        private boolean isStillLeader() {
            return raft.isLeader()
                    && raft.currentTerm() == term
                    && session.endReason().isEmpty();
        }

        private boolean mayContinue() {
            return isStillLeader() && !context.isLeaving();
        }

        void run() throws InterruptedException {
            if (commit(raft.commit(command(Kind.NO_OP, context.name()))) && ensureCluster()) {
                awaitOlderLeases();
                renewUntilOver(session.epoch(term));
            }
        }

        private boolean ensureCluster() throws InterruptedException {
            if (!session.cluster().isEmpty()) {
                return true;
            }
            String name = UUID.randomUUID().toString().substring(0, 8);
            LOG.info("{} founds the cluster {}", context.name(), name);
            return commit(raft.changeVoter(true, context.name()))
                    && commit(raft.commit(command(Kind.FORM_CLUSTER, name)));
        }

        private RaftCommand command(Kind kind, String name) {
            return new RaftCommand(kind, term, name, context.incarnation(), timing.takeoverDelay());
        }

        private void awaitOlderLeases() throws InterruptedException {
            Duration left = remainingWait();
            if (left.isPositive()) {
                LOG.info(
                        "{} is elected, and leads in {} ms, when no older lease can be valid",
                        context.name(),
                        left.toMillis());
            }
            while (mayContinue() && left.isPositive()) {
                context.leaseTimer().await(left);
                left = remainingWait();
            }
        }

        private Duration remainingWait() {
            return observedLeases.remainingWait(term, context.name(), context.incarnation(), timing);
        }

        private void renewUntilOver(Epoch epoch) throws InterruptedException {
            boolean told = false;
            try {
                while (mayContinue()) {
                    DualTimestamp start = DualTimestamp.now(context.time());
                    if (!commit(raft.commit(command(Kind.RENEW, context.name()))) || !isStillLeader()) {
                        break;
                    }
                    told = true;
                    if (!context.listener().leaseRenewed(epoch, start)) {
                        session.end("the lease of epoch " + epoch + " had run out before it was renewed");
                        break;
                    }
                    context.membershipTimer().wake();
                    awaitNextRenewal(start);
                }
            } finally {
                if (told) {
                    context.listener().leaseEnded(epoch);
                }
            }
            if (told && context.isLeaving() && isStillLeader()) {
                commit(raft.commit(command(Kind.RELEASE, context.name())));
            }
        }

        private void awaitNextRenewal(DualTimestamp start) throws InterruptedException {
            Duration left = timing.renewalInterval().minus(start.elapsed(context.time()));
            while (mayContinue() && left.isPositive()) {
                context.leaseTimer().await(left);
                left = timing.renewalInterval().minus(start.elapsed(context.time()));
            }
        }

        /** Whether it was committed. If it was not within a term, the stay is over. */
        private boolean commit(CompletableFuture<?> future) throws InterruptedException {
            DualTimestamp start = DualTimestamp.now(context.time());
            while (true) {
                try {
                    future.get(COMMIT_POLL_INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
                    return true;
                } catch (ExecutionException e) {
                    if (isStillLeader()) {
                        LOG.warn("term {} could not commit", term, e.getCause());
                        context.leaseTimer().await(POLL_INTERVAL);
                    }
                    return false;
                } catch (TimeoutException _) {
                    if (!isStillLeader()) {
                        return false;
                    }
                    if (start.elapsed(context.time()).compareTo(timing.ttl()) >= 0) {
                        session.end("no majority has answered within "
                                + timing.ttl().toMillis() + " ms");
                        return false;
                    }
                }
            }
        }
    }
}
