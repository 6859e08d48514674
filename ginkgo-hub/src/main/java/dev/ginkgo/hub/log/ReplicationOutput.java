package dev.ginkgo.hub.log;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.IdempotencyRecord;
import dev.ginkgo.hub.spi.NodeIncarnation;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages that this node publishes to its peers. Called under the store's lock, so messages are sent in
 * order of their sequence numbers.
 *
 * @param self this node, in its current incarnation
 * @param lastPublished how many messages an earlier run of the hub published in the same incarnation; these are lost
 * @param send takes microseconds and never blocks; returns the number of peers to which the message is sent
 */
public record ReplicationOutput(NodeIncarnation self, long lastPublished, ToIntFunction<Envelope> send) {

    /** Returns the position before the next message of this node. */
    Position startPosition() {
        return new Position(OriginId.of(self.name()), self.incarnation(), lastPublished);
    }

    /** Sends a message, and returns the number of peers to which it is sent. */
    int sendToPeers(Envelope envelope) {
        return send.applyAsInt(envelope);
    }

    /**
     * Creates the envelope of a message that is about to be appended.
     *
     * @param client number of the client that publishes; 0 if the program does
     */
    Envelope wrap(
            ChannelLog log, StoredMessage message, @Nullable Lease lease, Optional<IdempotencyKey> key, long client) {
        long sequence = message.position().sequence();
        Envelope envelope = new Envelope(
                self,
                sequence,
                log.lastOwnSequence,
                message.channel(),
                message.isBinary(),
                message.payloadBytes(),
                message.time().toEpochMilli(),
                Optional.ofNullable(lease).map(Lease::epoch),
                key.map(each -> new IdempotencyRecord(each, message.id(), log.subscribers())),
                client);
        log.lastOwnSequence = sequence;
        return envelope;
    }
}
