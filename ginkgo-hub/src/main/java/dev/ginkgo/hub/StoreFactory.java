package dev.ginkgo.hub;

import dev.ginkgo.Service;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.ReplicationOutput;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.hub.replication.Replication;
import dev.ginkgo.hub.replication.broker.BrokerReplication;
import dev.ginkgo.hub.replication.local.LocalNetwork;
import dev.ginkgo.hub.replication.local.LocalTransport;
import dev.ginkgo.hub.spi.BrokerProvider;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.TransportProvider;
import dev.ginkgo.time.TimeSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates the store of each run of a hub, and the publisher that fits the engine of its replication. Used by the thread that
 * starts the hub.
 */
final class StoreFactory {
    private final Optional<Replication> replication;
    private final EpochFence epochFence;
    private long incarnation;
    private @Nullable Store previous;

    /**
     * The store of one run.
     *
     * @param publisher the store itself, unless the hub publishes through a broker
     */
    record Opened(Store store, IdempotencyCache idempotencyCache, Publisher publisher) {}

    StoreFactory(Optional<Replication> replication, EpochFence epochFence) {
        this.replication = replication;
        this.epochFence = epochFence;
    }

    /** Returns the engines for the replication between hubs, by name: transports and brokers. */
    static Map<String, Supplier<? extends Service>> engines(LocalNetwork network) {
        Map<String, Supplier<? extends Service>> engines = new HashMap<>();
        engines.put("local", () -> new LocalTransport(network));
        ServiceLoader.load(TransportProvider.class).forEach(provider -> engines.put(provider.name(), provider::create));
        ServiceLoader.load(BrokerProvider.class).forEach(provider -> engines.put(provider.name(), provider::create));
        return engines;
    }

    /** Creates the store of the next run. */
    Opened open(StoreLimits limits, TimeSource timeSource, Counters counters) {
        IdempotencyCache idempotencyCache = new IdempotencyCache(timeSource);
        Replication active = replication.orElse(null);
        if (active == null || active.hasBroker()) {
            incarnation = Math.max(incarnation + 1, timeSource.now().toEpochMilli());
            Store store = new Store(limits, timeSource, incarnation, active != null, counters);
            if (active == null) {
                return new Opened(store, idempotencyCache, store);
            }
            BrokerReplication brokered = new BrokerReplication(
                    store,
                    idempotencyCache,
                    epochFence,
                    counters,
                    timeSource,
                    active::otherNodes,
                    active::publishTimeout,
                    () -> new ReadStart.Tail(limits.maxAge(), limits.budget().bytes()),
                    () -> limits.budget().bytes() / 4);
            active.setBrokerReplication(brokered);
            return new Opened(store, idempotencyCache, brokered.publisher());
        }
        Store store = replicated(active, limits, timeSource, counters);
        previous = store;
        return new Opened(store, idempotencyCache, store);
    }

    private Store replicated(Replication active, StoreLimits limits, TimeSource timeSource, Counters counters) {
        NodeIncarnation self = active.self();
        // true if the hub has restarted, but the node has not
        boolean sameIncarnation = self.incarnation() == incarnation;
        long last = previous != null && sameIncarnation ? previous.snapshots.publishedCount() : 0;
        incarnation = self.incarnation();
        return new Store(limits, timeSource, new ReplicationOutput(self, last, active::send), epochFence, counters);
    }
}
