package dev.ginkgo.hub.publish;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.UnknownOutcomeException;
import dev.ginkgo.hub.spi.IdempotencyKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Publisher that must wait for a broker. An event loop uses {@link #publishAsync}; the other methods block the calling thread.
 * Thread-safe.
 */
public interface AsyncPublisher extends Publisher {

    /**
     * Publishes a message; does not block.
     *
     * @param client as for {@link #publish(ChannelName, Payload, long, Optional)}
     * @param lease publishes only if this lease is valid and not superseded; null to publish in any case
     * @return completed by any thread when subscribers of this node can read the message; or exceptionally with a {@link
     *     dev.ginkgo.hub.message.HubRejectedException} or a {@link dev.ginkgo.cluster.LeaseExpiredException} if no subscriber of
     *     any node receives the message, with an {@link UnknownOutcomeException} if that is not known
     */
    CompletableFuture<PublishResult> publishAsync(
            ChannelName channel, Payload payload, long client, Optional<IdempotencyKey> key, @Nullable Lease lease);

    /** Returns whether so many messages wait for the broker that no client should add a second one. Any thread. */
    boolean isCongested();

    /**
     * Publishes a message, and waits for the broker.
     *
     * @throws UnknownOutcomeException if it is not known whether the message was published
     */
    @Override
    default PublishResult publish(ChannelName channel, Payload payload, long client, Optional<IdempotencyKey> key) {
        return await(publishAsync(channel, payload, client, key, null));
    }

    /**
     * Publishes a message of the program if a lease is valid, and waits for the broker.
     *
     * @throws UnknownOutcomeException if it is not known whether the message was published, or if it was, but the lease expired
     *     meanwhile
     */
    default PublishResult publish(ChannelName channel, Payload payload, Lease lease) {
        return await(publishAsync(channel, payload, PROGRAM, Optional.empty(), lease));
    }

    private static PublishResult await(CompletableFuture<PublishResult> result) {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownOutcomeException(
                    "the thread was interrupted while it waited for the broker; the message may be published", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("publishing failed", e.getCause());
        }
    }
}
