package dev.ginkgo.hub;

import dev.ginkgo.hub.delivery.DeliveryEngine;
import dev.ginkgo.hub.http.HttpBackend;
import dev.ginkgo.hub.log.Publisher;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.metrics.Counters;

/** What one run of a hub has, and its front works with. */
record HubRuntime(Store store, DeliveryEngine streams, Counters counters) implements HttpBackend {
    @Override
    public Publisher publisher() {
        return store;
    }
}
