package dev.ginkgo.hub.log;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import java.time.Instant;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Hands what this node publishes on to the others, under the store's lock: so it goes out in the order of its numbers.
 *
 * @param self this node, in its present life
 * @param lastPublished how much of that life's messages an earlier run of the hub has published; these are gone
 * @param send takes microseconds and waits for nobody; returns how many peers it goes to
 */
public record ReplicationOutput(NodeIncarnation self, long lastPublished, ToIntFunction<Envelope> send) {

    /** Before the next message of this node. */
    Position startPosition() {
        return new Position(OriginId.of(self.name()), self.incarnation(), lastPublished);
    }

    /** A message that is about to be appended. */
    Envelope wrap(ChannelLog log, long sequence, Payload payload, Instant now, @Nullable Lease lease) {
        Envelope envelope = new Envelope(
                self,
                sequence,
                log.lastOwnSequence,
                log.name.text(),
                payload.binary(),
                payload.bytes(),
                now.toEpochMilli(),
                Optional.ofNullable(lease).map(Lease::epoch));
        log.lastOwnSequence = sequence;
        return envelope;
    }
}
