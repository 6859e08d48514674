package dev.ginkgo.nats.broker;

import io.nats.client.MessageConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumer that is closed without an exception: one that cannot be closed ends with its connection.
 *
 * @param consumer the consumer
 */
record OpenConsumer<C extends MessageConsumer>(C consumer) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenConsumer.class);

    @Override
    public void close() {
        try {
            consumer.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("cannot close a consumer", e);
        }
    }
}
