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

    private record ReceivedResponse(LeaseStore.RenewalResponse answer, DualTimestamp asked) {}

    private final Simulation world;
    private final Queue<ReceivedResponse> heard = new ConcurrentLinkedQueue<>();
    private volatile @Nullable WakeableTimer keeper; // to be used when the run is over, too: answers come late
    private volatile boolean hurry;

    // guarded by this, which is held while the seat is told: one after another
    private @Nullable Member self; // none before it joins and after it leaves
    private @Nullable CoordinatorListener seat;
    private List<Member> members = List.of();
    private long told;
    private long held;
    private long over;

    SimulatedCoordinator(Simulation world) {
        this.world = world;
    }

    @Override
    public long prepare(NodeConfig site) {
        if (site.policy() != PartitionPolicy.QUORUM) {
            throw new IllegalArgumentException("a TestCluster has one store, which only a majority reaches, so its"
                    + " policy is \"quorum\"; leave out the policy " + site.policy());
        }
        return world.start();
    }

    @Override
    public void join(Member joining, CoordinatorListener itsSeat) {
        synchronized (this) {
            self = joining;
            seat = itsSeat;
            members = List.of();
            told = 0;
            held = 0;
            over = 0;
        }
        heard.clear();
        WakeableTimer timer = new WakeableTimer(time());
        keeper = timer;
        degraded("waiting for a majority of the nodes");
        spawn("keep", () -> keep(itsSeat, timer));
    }

    @Override
    public void update(Member changed) {
        synchronized (this) {
            self = changed;
        }
        hurry = true;
        wake();
    }

    private void keep(CoordinatorListener seat, WakeableTimer timer) throws InterruptedException {
        long period = seat.terms().renewal().toNanos();
        long patience = LeaseStore.lasts(seat.terms()).toNanos();
        long heardAt = time().nanos();
        boolean waiting = true;
        while (true) {
            hurry = false;
            ask(seat.terms());
            long next = time().nanos() + period;
            while (time().nanos() - next < 0 && !hurry) {
                ReceivedResponse news = heard.poll();
                if (news != null) {
                    hear(news);
                    heardAt = time().nanos();
                    if (news.answer.newer()) {
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

    private void ask(LeaseTiming terms) {
        LeaseStore.RenewalRequest request;
        synchronized (this) {
            if (self == null) {
                return;
            }
            request = new LeaseStore.RenewalRequest(self, terms, over);
        }
        DualTimestamp asked = DualTimestamp.of(time());
        world.ask(request, answer -> {
            heard.add(new ReceivedResponse(answer, asked));
            wake();
        });
    }

    private void wake() {
        WakeableTimer timer = keeper;
        if (timer != null) {
            timer.wake();
        }
    }

    private synchronized void hear(ReceivedResponse news) {
        LeaseStore.RenewalResponse answer = news.answer;
        if (self == null || seat == null) {
            return;
        }
        if (held != 0 && held != answer.granted()) {
            seat.ended(epoch(held));
            held = 0;
        }
        if (answer.newer()) {
            return;
        }
        if (!answer.members().equals(members)) {
            members = answer.members();
            seat.roster(members);
        }
        if (answer.epoch() > told) {
            told = answer.epoch();
            seat.leader(answer.leader(), epoch(told));
        }
        if (answer.granted() != 0 && answer.granted() != over) {
            if (seat.renewed(epoch(answer.granted()), news.asked)) {
                held = answer.granted();
            } else {
                over = answer.granted();
                held = 0;
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
            if (held != 0 && seat != null) {
                seat.ended(epoch(held)); // before anybody else can have it
                held = 0;
            }
        }
        if (leaving != null) {
            world.leave(leaving);
        }
    }

    /** For a cluster that has failed, and so does not leave. */
    @Override
    protected void onStop() {
        leave();
    }
}
