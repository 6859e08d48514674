package dev.ginkgo.run.dashboard;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ReloadResult;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * The program that a dashboard shows. The suppliers are called by any thread.
 *
 * @param root returns the root of its tree
 * @param tree returns the tree after its start
 * @param reload requests a reload of the configuration
 * @param configuration the configuration file, or empty
 * @param problem returns why the newest sources or configuration do not run, or an empty text
 */
public record DashboardTarget(
        Supplier<Service> root,
        Supplier<Optional<Ginkgo>> tree,
        Supplier<? extends Future<ReloadResult>> reload,
        String configuration,
        Supplier<String> problem) {

    /** Program that is not replaced while it runs. */
    public DashboardTarget(
            Service root,
            Supplier<Optional<Ginkgo>> tree,
            Supplier<? extends Future<ReloadResult>> reload,
            String configuration) {
        this(() -> root, tree, reload, configuration, () -> "");
    }

    Ginkgo requireTree() {
        return tree.get().orElseThrow(() -> new IllegalStateException("the program is still starting; try again"));
    }
}
