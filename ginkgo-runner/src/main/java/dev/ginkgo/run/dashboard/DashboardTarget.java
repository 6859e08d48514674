package dev.ginkgo.run.dashboard;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ReloadResult;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * The program that a dashboard shows.
 *
 * @param root the root of its tree
 * @param tree returns the tree after its start
 * @param reload requests a reload of the configuration
 * @param configuration the configuration file, or empty
 */
public record DashboardTarget(
        Service root,
        Supplier<Optional<Ginkgo>> tree,
        Supplier<? extends Future<ReloadResult>> reload,
        String configuration) {

    Ginkgo requireTree() {
        return tree.get().orElseThrow(() -> new IllegalStateException("the program is still starting; try again"));
    }
}
