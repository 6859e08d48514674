package dev.ginkgo.cluster;

import dev.ginkgo.ServiceSelector;
import dev.ginkgo.Setting;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorCapabilities;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.config.Address;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;

/**
 * Checks the settings of a cluster against the {@linkplain CoordinatorCapabilities capabilities} of its engine.
 *
 * @param coordinator the engine that the configuration selects
 */
record EngineRules(ServiceSelector<Coordinator> coordinator) {

    /** Returns why the engine does not support a lease timing; empty if it does. */
    Optional<String> problem(LeaseTiming leaseTiming) {
        return capabilities().problem(engineName(), leaseTiming);
    }

    /** Returns why the engine does not support a policy; empty if it does. */
    Optional<String> problem(PartitionPolicy policy) {
        return capabilities().problem(engineName(), policy);
    }

    /** Logs a warning if the engine has servers of its own, and settings are set that concern only others. */
    void warnOfUnused(
            Setting<List<Address>> join, Setting<Integer> expect, Setting<Optional<Path>> dataDir, Logger log) {
        List<String> keys = Stream.of(
                        join.get().isEmpty() ? "" : join.fullKey(),
                        expect.get() == 0 ? "" : expect.fullKey(),
                        dataDir.get().isEmpty() ? "" : dataDir.fullKey())
                .filter(key -> !key.isEmpty())
                .toList();
        if (capabilities().ownServers() && !keys.isEmpty()) {
            log.warn(
                    "no effect with the engine \"{}\", which keeps its state on servers: {}",
                    engineName(),
                    String.join(", ", keys));
        }
    }

    private CoordinatorCapabilities capabilities() {
        return coordinator.get().capabilities();
    }

    private String engineName() {
        String path = coordinator.get().status().path();
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
