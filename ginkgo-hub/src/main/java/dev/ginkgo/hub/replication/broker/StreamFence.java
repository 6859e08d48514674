package dev.ginkgo.hub.replication.broker;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.NodeIncarnation;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Fence of one stream: rejects a message that follows one of a later epoch. Every hub makes the same decision, also one that
 * has not read the stream from its beginning, because each message with an epoch carries {@linkplain BrokerMessage#read how far
 * its sender had read} while its lease was valid: up to there, no message has a later epoch. So only the positions after that
 * matter. A hub that has not read all of those cannot decide.
 *
 * <p>Used for one event at a time, except {@link #rejected} and {@link #latest}, which any thread may call.
 */
final class StreamFence {

    /** What a hub does with a message. */
    enum Decision {
        ADMIT,
        REJECT,
        /** Other hubs admit or reject the message; this one has not read what they decide by. */
        UNKNOWN
    }

    private final EpochFence fence = new EpochFence();

    /** Clusters of which it is known that no message up to {@link #unread} has a later epoch than those after it. */
    private final Set<String> settled = new HashSet<>();

    /** The last position that this hub has not read, but others may have; 0 if there is none. */
    private long unread;

    /** The last unread position of the history, and the latest epoch that messages before it may have, by cluster. */
    private long unreadHistory;

    private Map<String, Epoch> latestBeforeHistory = Map.of();

    /** The stream begins again, in another incarnation, whose positions have nothing to do with the earlier ones. */
    void restart() {
        unreadUntil(0);
        unreadHistory = 0;
        latestBeforeHistory = Map.of();
    }

    /** Positions up to this one are not read by this hub. */
    void unreadUntil(long position) {
        unread = position;
        settled.clear();
    }

    /**
     * Learns from all events of a stream that has been read while the hub started, before they are decided: a message shows
     * of all positions that its sender had read, also for messages before it, that they have no later epoch.
     *
     * @param passed the position up to which events are ignored
     */
    void readAhead(Collection<StreamEvent> events, long passed) {
        long before = unread;
        Map<String, Epoch> latest = new HashMap<>();
        for (StreamEvent event : events) {
            switch (event) {
                case StreamEvent.Lost lost
                when lost.mayBeRead() && lost.through() > passed -> {
                    before = lost.through();
                    latest.clear();
                }
                case StreamEvent.Received received
                when received.through() > passed -> {
                    BrokerMessage message = received.message();
                    if (read(message, received.stream()) >= before) {
                        message.epoch()
                                .ifPresent(each -> latest.merge(
                                        each.cluster(), each, (one, other) -> one.isBefore(other) ? one : other));
                    }
                }
                case StreamEvent.Opened _ -> {
                    return; // decided without this
                }
                default -> {} // decides nothing
            }
        }
        unreadHistory = before;
        latestBeforeHistory = Map.copyOf(latest);
    }

    /** Decides about the next message of the stream; a rejected one is counted. */
    Decision decide(BrokerMessage message, NodeIncarnation stream) {
        Optional<Epoch> epoch = message.epoch();
        if (!fence.admits(epoch)) {
            return Decision.REJECT;
        }
        if (epoch.isEmpty() || message.read().isEmpty()) {
            return Decision.ADMIT;
        }
        String cluster = epoch.get().cluster();
        if (settled.contains(cluster)) {
            return Decision.ADMIT;
        }
        if (read(message, stream) >= unread) {
            settled.add(cluster);
            return Decision.ADMIT;
        }
        Epoch latestBefore = unread == unreadHistory ? latestBeforeHistory.get(cluster) : null;
        return latestBefore == null || epoch.get().isBefore(latestBefore) ? Decision.UNKNOWN : Decision.ADMIT;
    }

    /** Returns how far the sender had read; -1 if it had not read this incarnation of the stream. */
    private static long read(BrokerMessage message, NodeIncarnation stream) {
        return message.read().getOrDefault(stream, -1L);
    }

    /** Returns the latest epoch of a cluster that a message has. */
    Optional<Epoch> latest(String cluster) {
        return fence.latest(cluster);
    }

    /** Returns the number of rejected messages. */
    long rejected() {
        return fence.rejected();
    }
}
