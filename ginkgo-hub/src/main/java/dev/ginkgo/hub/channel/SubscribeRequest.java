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
 * @param rejected of a list, what it cannot have
 */
public record SubscribeRequest(
        ChannelSelector selector, Since since, Duration conflate, List<ChannelSelector.Rejected> rejected) {
    /** One channel, from now on. */
    public static SubscribeRequest of(ChannelName channel) {
        return new SubscribeRequest(ChannelSelector.of(channel), Since.Point.NONE, Duration.ZERO, List.of());
    }

    public static SubscribeRequest of(ChannelSelector channelSelector, Since since) {
        return new SubscribeRequest(channelSelector, since, Duration.ZERO, List.of());
    }

    /** Whether it is to be told whether it gets what it asked for. */
    public boolean asksForHistory() {
        return since != Since.Point.NONE;
    }

    /** Whether it is one channel as it comes, which every reader of it shares. */
    public boolean isSingleChannel() {
        return selector.isChannel() && conflate.isZero();
    }
}
