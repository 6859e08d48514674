package dev.ginkgo.mesh.raft;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import dev.ginkgo.mesh.raft.storage.RaftCommand;
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
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration SLICE = Duration.ofMillis(50);

    private final MeshContext node;
    private final ObservedLeases receipts;
    private final Supplier<? extends @Nullable RaftSession> session;

    /**
     * @param session returns the current session; null while this node is not in the view
     */
    public LeaderLeaseLoop(MeshContext node, ObservedLeases receipts, Supplier<? extends @Nullable RaftSession> session) {
        this.node = node;
        this.receipts = receipts;
        this.session = session;
    }

    /** The task. */
    public void run() throws InterruptedException {
        while (!node.isLeaving()) {
            RaftSession stay = session.get();
            MeshRaft raft = stay == null ? null : stay.raft();
            if (stay != null && raft != null && raft.isLeader() && stay.over().isEmpty() && !node.isAmongStrangers()) {
                new Leadership(stay, raft).lead();
            } else {
                node.lease().await(LOOK);
            }
        }
        node.resign();
    }

    /** One leadership. */
    private final class Leadership {
        private final RaftSession stay;
        private final MeshRaft raft;
        private final long number;
        private final LeaseTiming terms = node.seat().terms();

        Leadership(RaftSession stay, MeshRaft raft) {
            this.stay = stay;
            this.raft = raft;
            number = raft.currentTerm();
        }

        private boolean holds() {
            return raft.isLeader()
                    && raft.currentTerm() == number
                    && stay.over().isEmpty();
        }

        private boolean goesOn() {
            return holds() && !node.isLeaving();
        }

        void lead() throws InterruptedException {
            if (commit(raft.commit(command(Kind.BARRIER, node.name()))) && hasCluster()) {
                awaitTurn();
                renew(stay.epoch(number));
            }
        }

        private boolean hasCluster() throws InterruptedException {
            if (!stay.cluster().isEmpty()) {
                return true;
            }
            String name = UUID.randomUUID().toString().substring(0, 8);
            LOG.info("{} founds the cluster {}", node.name(), name);
            return commit(raft.change(true, node.name())) && commit(raft.commit(command(Kind.FOUND, name)));
        }

        private RaftCommand command(Kind kind, String name) {
            return new RaftCommand(kind, number, name, node.incarnation(), terms.succession());
        }

        private void awaitTurn() throws InterruptedException {
            Duration left = left();
            if (left.isPositive()) {
                LOG.info(
                        "{} is elected, and leads in {} ms, when no older lease can be valid",
                        node.name(),
                        left.toMillis());
            }
            while (goesOn() && left.isPositive()) {
                node.lease().await(left);
                left = left();
            }
        }

        private Duration left() {
            return receipts.untilFree(number, node.name(), node.incarnation(), terms);
        }

        private void renew(Epoch epoch) throws InterruptedException {
            boolean told = false;
            try {
                while (goesOn()) {
                    DualTimestamp start = DualTimestamp.of(node.time());
                    if (!commit(raft.commit(command(Kind.RENEW, node.name()))) || !holds()) {
                        break;
                    }
                    told = true;
                    if (!node.seat().renewed(epoch, start)) {
                        stay.end("the lease of epoch " + epoch + " had run out before it was renewed");
                        break;
                    }
                    node.members().wake();
                    pause(start);
                }
            } finally {
                if (told) {
                    node.seat().ended(epoch);
                }
            }
            if (told && node.isLeaving() && holds()) {
                commit(raft.commit(command(Kind.RELEASE, node.name())));
            }
        }

        private void pause(DualTimestamp start) throws InterruptedException {
            Duration left = terms.renewal().minus(start.elapsed(node.time()));
            while (goesOn() && left.isPositive()) {
                node.lease().await(left);
                left = terms.renewal().minus(start.elapsed(node.time()));
            }
        }

        /** Whether it was committed. If it was not within a term, the stay is over. */
        private boolean commit(CompletableFuture<?> future) throws InterruptedException {
            DualTimestamp start = DualTimestamp.of(node.time());
            while (true) {
                try {
                    future.get(SLICE.toNanos(), TimeUnit.NANOSECONDS);
                    return true;
                } catch (ExecutionException e) {
                    if (holds()) {
                        LOG.warn("term {} could not commit", number, e.getCause());
                        node.lease().await(LOOK);
                    }
                    return false;
                } catch (TimeoutException _) {
                    if (!holds()) {
                        return false;
                    }
                    if (start.elapsed(node.time()).compareTo(terms.ttl()) >= 0) {
                        stay.end(
                                "no majority has answered within " + terms.ttl().toMillis() + " ms");
                        return false;
                    }
                }
            }
        }
    }
}
