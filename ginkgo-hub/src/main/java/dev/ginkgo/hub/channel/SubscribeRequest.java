package dev.ginkgo.hub.channel;

import dev.ginkgo.hub.message.Since;
import java.time.Duration;
import java.util.List;

/**
 * What a reader asks for.
 *
 * @param selector which channels
 * @param since from where on
 * @param conflate in which period it wants one message of each channel at most; zero: all
 * @param refused of a list, what it cannot have
 */
public record SubscribeRequest(ChannelSelector selector, Since since, Duration conflate, List<ChannelSelector.Rejected> refused) {
    /** One channel, from now on. */
    public static SubscribeRequest of(ChannelName channel) {
        return new SubscribeRequest(ChannelSelector.of(channel), Since.Point.NONE, Duration.ZERO, List.of());
    }

    public static SubscribeRequest of(ChannelSelector selector, Since since) {
        return new SubscribeRequest(selector, since, Duration.ZERO, List.of());
    }

    /** Whether it is to be told whether it gets what it asked for. */
    public boolean resumes() {
        return since != Since.Point.NONE;
    }

    /** Whether it is one channel as it comes, which every reader of it shares. */
    public boolean isPlain() {
        return selector.isChannel() && conflate.isZero();
    }
}
