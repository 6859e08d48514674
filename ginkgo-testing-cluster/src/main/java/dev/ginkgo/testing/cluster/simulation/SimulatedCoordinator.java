package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorCapabilities;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Coordinator that uses the {@link LeaseStore} of the test's {@link Simulation}. Its only task sends a request at each
 * renewal interval: the request keeps the node's session alive and renews its lease if it is the leader; the response
 * carries the current state.
 */
final class SimulatedCoordinator extends Coordinator {
    /** A fixed name is enough, because epochs of two tests are never compared. */
    private static final String CLUSTER = "simulated";

    private record ReceivedResponse(LeaseStore.RenewalResponse response, DualTimestamp sentAt) {}

    private final Simulation simulation;
    private final Queue<ReceivedResponse> responses = new ConcurrentLinkedQueue<>();
    private volatile @Nullable WakeableTimer
            sessionTimer; // also used after the run has ended, because responses may arrive late
    private volatile boolean updateRequested;

    // guarded by this, which is held during calls to the listener so that they are sequential
    private @Nullable Member self; // null before join and after leave
    private @Nullable CoordinatorListener listener;
    private List<Member> members = List.of();
    private long reportedEpoch;
    private long heldEpoch;
    private long releasedEpoch;
    private @Nullable DualTimestamp steppedDownAt;

    SimulatedCoordinator(Simulation simulation) {
        this.simulation = simulation;
    }

    /** Only the policy {@code quorum} is offered, because a test has one store that only a majority reaches. */
    @Override
    public CoordinatorCapabilities capabilities() {
        return new CoordinatorCapabilities(Duration.ZERO, Duration.ZERO, Set.of(PartitionPolicy.QUORUM), false);
    }

    @Override
    public long prepare(NodeConfig nodeConfig) {
        return simulation.nextIncarnation();
    }

    @Override
    public void join(Member joining, CoordinatorListener coordinatorListener) {
        synchronized (this) {
            self = joining;
            listener = coordinatorListener;
            members = List.of();
            reportedEpoch = 0;
            heldEpoch = 0;
            releasedEpoch = 0;
            steppedDownAt = null;
        }
        responses.clear();
        WakeableTimer timer = new WakeableTimer(time());
        sessionTimer = timer;
        degraded("waiting for a majority of the nodes");
        spawn("session", () -> maintainSession(coordinatorListener, timer));
    }

    @Override
    public void update(Member changed) {
        synchronized (this) {
            self = changed;
        }
        updateRequested = true;
        wake();
    }

    private void maintainSession(CoordinatorListener coordinatorListener, WakeableTimer timer)
            throws InterruptedException {
        long period = coordinatorListener.leaseTiming().renewalInterval().toNanos();
        long sessionTimeout =
                LeaseStore.sessionDuration(coordinatorListener.leaseTiming()).toNanos();
        long lastResponseAt = time().nanos();
        boolean waiting = true;
        while (true) {
            updateRequested = false;
            requestRenewal(coordinatorListener.leaseTiming());
            long next = time().nanos() + period;
            while (time().nanos() - next < 0 && !updateRequested) {
                ReceivedResponse received = responses.poll();
                if (received != null) {
                    apply(received);
                    lastResponseAt = time().nanos();
                    if (received.response.superseded()) {
                        waiting = true;
                        degraded("a newer node has this identity; give this node a different one");
                    } else if (waiting) {
                        waiting = false;
                        ready();
                    }
                } else if (Thread.interrupted()) {
                    throw new InterruptedException();
                } else {
                    timer.awaitUntil(next);
                }
            }
            if (!waiting && time().nanos() - lastResponseAt >= sessionTimeout) {
                waiting = true;
                degraded("waiting for a majority of the nodes");
            }
        }
    }

    private void requestRenewal(LeaseTiming leaseTiming) {
        LeaseStore.RenewalRequest renewalRequest;
        synchronized (this) {
            if (self == null) {
                return;
            }
            boolean campaigns = steppedDownAt == null
                    || steppedDownAt.elapsedMonotonic(time()).compareTo(leaseTiming.takeoverDelay()) >= 0;
            renewalRequest = new LeaseStore.RenewalRequest(self, leaseTiming, releasedEpoch, campaigns);
        }
        DualTimestamp sentAt = DualTimestamp.now(time());
        simulation.renew(renewalRequest, renewalResponse -> {
            responses.add(new ReceivedResponse(renewalResponse, sentAt));
            wake();
        });
    }

    private void wake() {
        WakeableTimer timer = sessionTimer;
        if (timer != null) {
            timer.wake();
        }
    }

    private synchronized void apply(ReceivedResponse received) {
        LeaseStore.RenewalResponse renewalResponse = received.response;
        if (self == null || listener == null) {
            return;
        }
        if (heldEpoch != 0 && heldEpoch != renewalResponse.grantedEpoch()) {
            listener.leaseEnded(epoch(heldEpoch));
            heldEpoch = 0;
        }
        if (renewalResponse.superseded()) {
            return;
        }
        if (!renewalResponse.members().equals(members)) {
            members = renewalResponse.members();
            listener.rosterChanged(members);
        }
        if (renewalResponse.latestEpoch() > reportedEpoch) {
            reportedEpoch = renewalResponse.latestEpoch();
            listener.leaderChanged(renewalResponse.leader(), epoch(reportedEpoch));
        }
        if (renewalResponse.grantedEpoch() != 0 && renewalResponse.grantedEpoch() != releasedEpoch) {
            if (listener.leaseRenewed(epoch(renewalResponse.grantedEpoch()), received.sentAt)) {
                heldEpoch = renewalResponse.grantedEpoch();
            } else {
                releasedEpoch = renewalResponse.grantedEpoch();
                heldEpoch = 0;
            }
        }
    }

    @Override
    public void stepDown() {
        synchronized (this) {
            if (self == null || listener == null || heldEpoch == 0) {
                throw new IllegalStateException("this node is not the leader");
            }
            if (members.size() < 2) {
                throw new IllegalStateException("no other node is present, so that none could take over");
            }
            listener.leaseEnded(epoch(heldEpoch));
            releasedEpoch = heldEpoch;
            heldEpoch = 0;
            steppedDownAt = DualTimestamp.now(time());
        }
        updateRequested = true;
        wake();
    }

    private static Epoch epoch(long number) {
        return new Epoch(CLUSTER, number);
    }

    @Override
    public void leave() {
        Member leaving;
        synchronized (this) {
            leaving = self;
            self = null;
            if (heldEpoch != 0 && listener != null) {
                listener.leaseEnded(epoch(heldEpoch)); // before another node can obtain the lease
                heldEpoch = 0;
            }
        }
        if (leaving != null) {
            simulation.leave(leaving);
        }
    }

    /** Leaves also if the cluster failed: in that case {@link #leave} is not called. */
    @Override
    protected void onStop() {
        leave();
    }
}
