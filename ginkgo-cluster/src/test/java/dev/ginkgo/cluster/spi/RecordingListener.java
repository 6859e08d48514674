package dev.ginkgo.cluster.spi;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.time.TimeSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Keeps what an engine says to one node, and counts calls that should not overlap. */
final class RecordingListener implements CoordinatorListener {
    record Renewal(Epoch epoch, DualTimestamp start, DualTimestamp told) {}

    final List<List<Member>> rosters = new CopyOnWriteArrayList<>();
    final List<Renewal> renewals = new CopyOnWriteArrayList<>();
    final List<Leader> leaders = new CopyOnWriteArrayList<>();
    final List<Epoch> ended = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    private final LeaseTiming terms;
    private final AtomicBoolean inside = new AtomicBoolean();
    private volatile @Nullable Epoch refused;

    RecordingListener(LeaseTiming terms) {
        this.terms = terms;
    }

    @Override
    public LeaseTiming terms() {
        return terms;
    }

    /** From now on the lease of the present leadership has run out. */
    void refuse(Epoch epoch) {
        refused = epoch;
    }

    private void once(Runnable call) {
        if (!inside.compareAndSet(false, true)) {
            faults.add("two calls at once");
        }
        call.run();
        inside.set(false);
    }

    @Override
    public void roster(List<Member> members) {
        once(() -> rosters.add(List.copyOf(members)));
    }

    @Override
    public void leader(String name, Epoch epoch) {
        once(() -> leaders.add(new Leader(name, epoch)));
    }

    @Override
    public boolean renewed(Epoch epoch, DualTimestamp start) {
        once(() -> renewals.add(new Renewal(epoch, start, DualTimestamp.of(TimeSource.system()))));
        return !epoch.equals(refused);
    }

    @Override
    public void ended(Epoch epoch) {
        once(() -> ended.add(epoch));
    }

    List<String> names() {
        return rosters.isEmpty()
                ? List.of()
                : rosters.getLast().stream().map(Member::name).sorted().toList();
    }

    /** The epoch of a lease that is valid now. */
    @Nullable
    Epoch leading() {
        if (renewals.isEmpty()) {
            return null;
        }
        Renewal last = renewals.getLast();
        boolean over = ended.contains(last.epoch)
                || last.epoch.equals(refused)
                || last.start.elapsed(TimeSource.system()).compareTo(terms().usable()) >= 0;
        return over ? null : last.epoch;
    }

    boolean leads() {
        return leading() != null;
    }
}
