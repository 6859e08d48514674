package dev.ginkgo.behaviour;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Time;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The machine's time that keeps the handle of the tree that lives on it: a way to reach a tree while it starts. */
final class HandleCatcher implements Time {
    private volatile @Nullable Ginkgo tree;

    Ginkgo tree() {
        return requireNonNull(tree);
    }

    @Override
    public Instant now() {
        return Time.system().now();
    }

    @Override
    public long nanos() {
        return Time.system().nanos();
    }

    @Override
    public void park(long deadline) {
        Time.system().park(deadline);
    }

    @Override
    public void unpark(Thread thread) {
        Time.system().unpark(thread);
    }

    @Override
    public void attached(Ginkgo ginkgo) {
        tree = ginkgo;
    }
}
