package dev.ginkgo.cluster.spi;

import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.config.Durations;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a coordination engine supports, where engines differ. The cluster rejects settings of {@code [cluster]} that its
 * engine does not support.
 *
 * @param minimumTtl the smallest {@link LeaseTiming#ttl()}; zero if there is none
 * @param ttlStep {@link LeaseTiming#ttl()} must be a multiple of this; zero if any is possible
 * @param policies the partition policies that the engine offers; not empty
 * @param ownServers whether the engine keeps its state on servers of its own, which it finds by settings in its own
 *     table. Such an engine does not use {@code join}, {@code expect} and {@code data-dir} of {@code [cluster]}, and
 *     {@code secret} only protects the messages between the hubs
 */
public record CoordinatorCapabilities(
        Duration minimumTtl, Duration ttlStep, Set<PartitionPolicy> policies, boolean ownServers) {

    public CoordinatorCapabilities {
        if (minimumTtl.isNegative() || ttlStep.isNegative()) {
            throw new IllegalArgumentException(
                    "a minimum or a step is not negative: minimum " + minimumTtl + ", step " + ttlStep);
        }
        policies = Set.copyOf(policies);
        if (policies.isEmpty()) {
            throw new IllegalArgumentException("policies is empty; an engine offers at least one");
        }
    }

    /** Returns the capabilities of an engine without servers that supports every lease timing and policy. */
    public static CoordinatorCapabilities unrestricted() {
        return new CoordinatorCapabilities(Duration.ZERO, Duration.ZERO, EnumSet.allOf(PartitionPolicy.class), false);
    }

    /** Returns the smallest supported {@code ttl} that is not below {@code wanted}. */
    public Duration supportedTtl(Duration wanted) {
        Duration ttl = wanted.compareTo(minimumTtl) < 0 ? minimumTtl : wanted;
        if (ttlStep.isZero()) {
            return ttl;
        }
        long steps = ttl.dividedBy(ttlStep);
        return ttlStep.multipliedBy(ttlStep.multipliedBy(steps).equals(ttl) ? steps : steps + 1);
    }

    /**
     * Returns why this engine does not support a lease timing, and what to set instead, in one line that continues the
     * printed value; empty if it does.
     *
     * @param engine the name of the engine
     */
    public Optional<String> problem(String engine, LeaseTiming leaseTiming) {
        Duration supported = supportedTtl(leaseTiming.ttl());
        if (supported.equals(leaseTiming.ttl())) {
            return Optional.empty();
        }
        return Optional.of("is not supported by the engine \"" + engine + "\", whose leases last at least "
                + Durations.format(supportedTtl(Duration.ZERO))
                + (ttlStep.isZero() ? "" : ", in steps of " + Durations.format(ttlStep))
                + "; set ttl = \"" + Durations.format(supported) + "\"");
    }

    /** Returns why this engine does not support a policy, as {@link #problem(String, LeaseTiming)} does. */
    public Optional<String> problem(String engine, PartitionPolicy policy) {
        return policies.contains(policy)
                ? Optional.empty()
                : Optional.of("is not supported by the engine \"" + engine + "\"; choose "
                        + policies.stream()
                                .sorted()
                                .map(each -> each.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(" or ")));
    }
}
