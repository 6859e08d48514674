package dev.ginkgo.nats.broker;

import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The last number received from each sender, to detect missing messages. A sender that has sent neither a message nor a
 * heartbeat for a long time, while others have, is forgotten. Confined to one thread at a time.
 */
final class SenderSequences {
    static final Duration FORGET_AFTER = Duration.ofMinutes(5);

    /** Without any message for this long, this node was cut off: every sender sends a heartbeat each second. */
    private static final Duration OUTAGE = FORGET_AFTER.dividedBy(5);

    private record Last(long sent, long at) {}

    private final TimeSource time;
    private final Map<NodeIncarnation, Last> lastBySender = new HashMap<>();
    private long nextCleanup;
    private long lastReceipt;

    SenderSequences(TimeSource time) {
        this.time = time;
        nextCleanup = time.nanos();
        lastReceipt = time.nanos();
    }

    /**
     * Receives a number.
     *
     * @param sent number of the message
     * @return how many messages of the sender are missing before it; -1 if this message was received before
     */
    long received(NodeIncarnation sender, long sent) {
        Last last = lastBySender.get(sender);
        if (last != null && sent <= last.sent) {
            return -1;
        }
        put(sender, sent);
        return last == null ? 0 : sent - last.sent - 1;
    }

    /**
     * Receives a heartbeat.
     *
     * @param sent number of the last message that was sent before it
     * @return how many messages of the sender are missing
     */
    long heartbeat(NodeIncarnation sender, long sent) {
        Last last = lastBySender.get(sender);
        put(sender, last == null ? sent : Math.max(sent, last.sent));
        return last == null ? 0 : Math.max(0, sent - last.sent);
    }

    private void put(NodeIncarnation sender, long sent) {
        long now = time.nanos();
        if (now - lastReceipt > OUTAGE.toNanos()) { // this node received nothing, so no sender was silent
            lastBySender.replaceAll((_, each) -> new Last(each.sent, now));
        }
        lastReceipt = now;
        lastBySender.put(sender, new Last(sent, now));
        if (now - nextCleanup >= 0) {
            nextCleanup = now + FORGET_AFTER.toNanos();
            lastBySender.values().removeIf(each -> now - each.at > FORGET_AFTER.toNanos());
        }
    }
}
