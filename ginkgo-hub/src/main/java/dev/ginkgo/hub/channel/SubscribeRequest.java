package dev.ginkgo.hub.channel;

import dev.ginkgo.hub.message.Since;
import java.time.Duration;
import java.util.List;

/**
 * Parameters of a subscription.
 *
 * @param selector the channels
 * @param since where to start
 * @param conflate the period in which at most one message per channel is delivered; zero to deliver all messages
 * @param rejected invalid names of a list, which are left out
 */
public record SubscribeRequest(
        ChannelSelector selector, Since since, Duration conflate, List<ChannelSelector.Rejected> rejected) {
    /** Returns a request for one channel, starting with the next message. */
    public static SubscribeRequest of(ChannelName channel) {
        return new SubscribeRequest(ChannelSelector.of(channel), Since.Point.NONE, Duration.ZERO, List.of());
    }

    /** Returns a request for the selected channels, without conflation. */
    public static SubscribeRequest of(ChannelSelector channelSelector, Since since) {
        return new SubscribeRequest(channelSelector, since, Duration.ZERO, List.of());
    }

    /** Returns whether older messages are requested, so that the response states whether all of them are available. */
    public boolean asksForHistory() {
        return since != Since.Point.NONE;
    }

    /**
     * Returns whether this requests one channel without conflation, so that it shares the feed of the channel itself.
     */
    public boolean isSingleChannel() {
        return selector.isChannel() && conflate.isZero();
    }
}
