package dev.ginkgo.hub;

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
record Wish(Selector selector, Since since, Duration conflate, List<Selector.Refused> refused) {
    /** One channel, from now on. */
    static Wish of(ChannelName channel) {
        return new Wish(Selector.of(channel), Since.Point.NONE, Duration.ZERO, List.of());
    }

    static Wish of(Selector selector, Since since) {
        return new Wish(selector, since, Duration.ZERO, List.of());
    }

    /** Whether it is to be told whether it gets what it asked for. */
    boolean resumes() {
        return since != Since.Point.NONE;
    }

    /** Whether it is one channel as it comes, which every reader of it shares. */
    boolean isPlain() {
        return selector.isChannel() && conflate.isZero();
    }
}
