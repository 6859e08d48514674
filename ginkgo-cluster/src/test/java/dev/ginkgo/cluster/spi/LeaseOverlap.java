package dev.ginkgo.cluster.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Checks continuously that at most one of several nodes in this process holds a valid lease. */
final class LeaseOverlap implements AutoCloseable {
    private static final long PERIOD_NANOS = 1_000_000;

    private final Thread thread;
    private final List<String> overlaps = new ArrayList<>(); // read when the thread has ended
    private volatile boolean ended;

    private LeaseOverlap(Supplier<List<ContractNodes.Node>> nodes) {
        thread = Thread.ofVirtual().name("lease-overlap").start(() -> {
            while (!ended) {
                List<String> leaders = nodes.get().stream()
                        .filter(node -> node.listener.isLeading())
                        .map(node -> node.self.name())
                        .toList();
                if (leaders.size() > 1) {
                    overlaps.add(leaders.toString());
                }
                LockSupport.parkNanos(PERIOD_NANOS);
            }
        });
    }

    static LeaseOverlap watch(Supplier<List<ContractNodes.Node>> nodes) {
        return new LeaseOverlap(nodes);
    }

    /** Ends the check; fails if two leases were valid at the same time. */
    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the check ended", e);
        }
        assertThat(overlaps).as("nodes with a valid lease at the same time").isEmpty();
    }
}
