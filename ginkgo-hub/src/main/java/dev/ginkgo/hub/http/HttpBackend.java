package dev.ginkgo.hub.http;

import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.publish.Publisher;

/** The part of a running hub that serves HTTP clients. */
public interface HttpBackend {
    /** Accepts published messages. */
    Publisher publisher();

    /** Results of publish requests with an idempotency key. */
    IdempotencyCache idempotencyCache();

    /** Attaches the connections of subscribers. */
    StreamAttacher streams();

    Counters counters();
}
