package dev.ginkgo.hub;

import dev.ginkgo.hub.delivery.DeliveryEngine;
import dev.ginkgo.hub.http.HttpBackend;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.Publisher;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.metrics.Counters;

/** The objects of one run of a hub that its HTTP front end and its replication use. */
record HubRuntime(Store store, IdempotencyCache idempotencyCache, DeliveryEngine streams, Counters counters)
        implements HttpBackend {
    @Override
    public Publisher publisher() {
        return store;
    }
}
