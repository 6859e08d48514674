package dev.ginkgo.hub.replication.broker;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.LeaseExpiredException;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.UnknownOutcomeException;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A message that this hub has appended to a stream and has not read yet. Its methods complete the future of its caller. */
final class PendingPublish {
    final BrokerMessage message;
    final CompletableFuture<PublishResult> future = new CompletableFuture<>();
    final long deadline;
    private final @Nullable Lease lease;
    private final Runnable onPublished;

    /** Where the broker has stored the message; null if it has not confirmed that. */
    volatile @Nullable BrokerPosition position;

    /**
     * @param lease the lease under which it is published; null if there is none
     * @param deadline monotonic time at which the caller stops waiting
     * @param onPublished called before the future is completed normally
     */
    PendingPublish(BrokerMessage message, @Nullable Lease lease, long deadline, Runnable onPublished) {
        this.message = message;
        this.lease = lease;
        this.deadline = deadline;
        this.onPublished = onPublished;
    }

    /** The message has been read, and subscribers receive it. */
    void delivered(PublishResult result) {
        if (lease == null || lease.valid()) {
            onPublished.run();
            future.complete(result);
        } else {
            future.completeExceptionally(
                    new UnknownOutcomeException("message " + result.id() + " has been published on " + message.channel()
                            + ", but the lease of epoch " + lease.epoch()
                            + " expired before the broker confirmed it; a later leader may have been elected before"));
        }
    }

    /** The message has been read after one of a later epoch, so no hub delivers it. */
    void fenced(Epoch later) {
        future.completeExceptionally(
                lease == null
                        ? new IllegalStateException(message + " has an epoch, but was published without a lease")
                        : new LeaseExpiredException(lease, later));
    }

    /** The message is in its stream, but this hub will not read it, or not in time. Other hubs do. */
    void storedOnly(BrokerPosition stored, int peers) {
        if (lease == null) {
            String id = MessageId.of(
                            OriginId.of(stored.stream().name()), stored.stream().incarnation(), stored.sequence())
                    .text();
            onPublished.run();
            future.complete(new PublishResult(id, message.channel(), 0, peers));
        } else {
            future.completeExceptionally(new UnknownOutcomeException("the message on " + message.channel()
                    + " is stored at position " + stored
                    + ", but this hub has not read it, so it is not known whether it"
                    + " follows a message of a later epoch"));
        }
    }

    /** It is not known whether the message is in its stream. */
    void unknown(String reason, @Nullable Throwable cause) {
        future.completeExceptionally(new UnknownOutcomeException(
                "it is not known whether the message on " + message.channel() + " has been published: " + reason,
                cause));
    }
}
