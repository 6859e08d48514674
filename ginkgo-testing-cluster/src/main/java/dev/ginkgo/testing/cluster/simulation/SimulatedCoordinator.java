package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Coordinates by the {@link LeaseStore} of the test's {@link Simulation}. Its one task asks the store four times in a term: each
 * question says that this node is there, and renews its lease if it leads; each answer says how things stand.
 */
final class SimulatedCoordinator extends Coordinator {
    /** Of one test, so that there is no other to compare with. */
    private static final String CLUSTER = "simulated";

    private record ReceivedResponse(LeaseStore.RenewalResponse response, DualTimestamp sentAt) {}

    private final Simulation simulation;
    private final Queue<ReceivedResponse> responses = new ConcurrentLinkedQueue<>();
    private volatile @Nullable WakeableTimer sessionTimer; // to be used when the run is over, too: answers come late
    private volatile boolean updateRequested;

    // guarded by this, which is held while the seat is told: one after another
    private @Nullable Member self; // none before it joins and after it leaves
    private @Nullable CoordinatorListener listener;
    private List<Member> members = List.of();
    private long reportedEpoch;
    private long heldEpoch;
    private long releasedEpoch;

    SimulatedCoordinator(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public long prepare(NodeConfig nodeConfig) {
        if (nodeConfig.policy() != PartitionPolicy.QUORUM) {
            throw new IllegalArgumentException("a TestCluster has one store, which only a majority reaches, so its"
                    + " policy is \"quorum\"; leave out the policy " + nodeConfig.policy());
        }
        return simulation.nextIncarnation();
    }

    @Override
    public void join(Member joining, CoordinatorListener itsSeat) {
        synchronized (this) {
            self = joining;
            listener = itsSeat;
            members = List.of();
            reportedEpoch = 0;
            heldEpoch = 0;
            releasedEpoch = 0;
        }
        responses.clear();
        WakeableTimer timer = new WakeableTimer(time());
        sessionTimer = timer;
        degraded("waiting for a majority of the nodes");
        spawn("keep", () -> maintainSession(itsSeat, timer));
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
        long patience =
                LeaseStore.sessionDuration(coordinatorListener.leaseTiming()).toNanos();
        long heardAt = time().nanos();
        boolean waiting = true;
        while (true) {
            updateRequested = false;
            requestRenewal(coordinatorListener.leaseTiming());
            long next = time().nanos() + period;
            while (time().nanos() - next < 0 && !updateRequested) {
                ReceivedResponse news = responses.poll();
                if (news != null) {
                    apply(news);
                    heardAt = time().nanos();
                    if (news.response.superseded()) {
                        waiting = true;
                        degraded("a newer node has this identity; give this one another");
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
            if (!waiting && time().nanos() - heardAt >= patience) {
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
            renewalRequest = new LeaseStore.RenewalRequest(self, leaseTiming, releasedEpoch);
        }
        DualTimestamp asked = DualTimestamp.now(time());
        simulation.renew(renewalRequest, renewalResponse -> {
            responses.add(new ReceivedResponse(renewalResponse, asked));
            wake();
        });
    }

    private void wake() {
        WakeableTimer timer = sessionTimer;
        if (timer != null) {
            timer.wake();
        }
    }

    private synchronized void apply(ReceivedResponse news) {
        LeaseStore.RenewalResponse renewalResponse = news.response;
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
            if (listener.leaseRenewed(epoch(renewalResponse.grantedEpoch()), news.sentAt)) {
                heldEpoch = renewalResponse.grantedEpoch();
            } else {
                releasedEpoch = renewalResponse.grantedEpoch();
                heldEpoch = 0;
            }
        }
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
                listener.leaseEnded(epoch(heldEpoch)); // before anybody else can have it
                heldEpoch = 0;
            }
        }
        if (leaving != null) {
            simulation.leave(leaving);
        }
    }

    /** For a cluster that has failed, and so does not leave. */
    @Override
    protected void onStop() {
        leave();
    }
}
