package dev.ginkgo.hub;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.delivery.DeliveryEngine;
import dev.ginkgo.hub.http.HttpBackend;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.publish.AsyncPublisher;
import dev.ginkgo.hub.publish.Publisher;
import java.util.Optional;

/**
 * The objects of one run of a hub that its HTTP front end and its replication use.
 *
 * @param publisher the store, unless the hub publishes through a broker
 */
record HubRuntime(
        Store store, IdempotencyCache idempotencyCache, Publisher publisher, DeliveryEngine streams, Counters counters)
        implements HttpBackend {

    /** Publishes a message of the program under a lease. */
    PublishResult publish(ChannelName channel, Payload payload, Lease lease) {
        return publisher instanceof AsyncPublisher async
                ? async.publish(channel, payload, lease)
                : store.publish(channel, payload, Publisher.PROGRAM, Optional.empty(), lease);
    }
}
