package dev.ginkgo.hub.auth;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.PatternSet;
import dev.ginkgo.hub.message.InvalidChannelException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a principal may do. Channels are named as in subscriptions: a name such as {@code /numbers}, or a pattern, in which
 * {@code *} stands for one segment and {@code >}, at the end, for one or more. {@code />} is every channel. Immutable.
 */
public final class Grant {
    /** Maximum number of names and patterns of one kind in a grant. */
    public static final int MAX_PATTERNS = 1_000;

    /** The grant that allows nothing. */
    public static final Grant NONE = of(List.of(), List.of(), false);

    /** The grant that allows every channel, and the pages for operators. */
    public static final Grant ALL = of(List.of("/>"), List.of("/>"), true);

    private final PatternSet publish;
    private final PatternSet subscribe;
    private final boolean admin;

    private Grant(PatternSet publish, PatternSet subscribe, boolean admin) {
        this.publish = publish;
        this.subscribe = subscribe;
        this.admin = admin;
    }

    /**
     * Returns a grant.
     *
     * @param publish names and patterns of the channels that may be published to
     * @param subscribe names and patterns of the channels that may be subscribed to
     * @param admin whether the pages for operators, such as metrics and the dashboard, may be requested
     * @throws InvalidChannelException if a name or pattern is not valid
     * @throws IllegalArgumentException if there are more than {@value #MAX_PATTERNS} of one kind
     */
    public static Grant of(List<String> publish, List<String> subscribe, boolean admin) {
        return new Grant(patterns("publish", publish), patterns("subscribe", subscribe), admin);
    }

    private static PatternSet patterns(String kind, List<String> patterns) {
        requireNonNull(patterns, kind + " is null");
        if (patterns.size() > MAX_PATTERNS) {
            throw new IllegalArgumentException(
                    "the grant has " + patterns.size() + " patterns for " + kind + ", the maximum is " + MAX_PATTERNS);
        }
        for (String each : patterns) {
            if (ChannelSelector.of(each).list()) {
                throw new InvalidChannelException(each, "write the names of a list as separate entries");
            }
        }
        return new PatternSet(patterns);
    }

    /**
     * Returns whether a channel may be published to.
     *
     * @param channel a valid channel name
     */
    public boolean mayPublish(String channel) {
        return publish.covers(channel);
    }

    /**
     * Returns whether every channel that a valid name or pattern stands for may be subscribed to.
     */
    public boolean maySubscribe(String nameOrPattern) {
        return subscribe.covers(nameOrPattern);
    }

    /** Returns whether the pages for operators may be requested. */
    public boolean isAdmin() {
        return admin;
    }

    /** Returns about how many bytes of memory the grant uses. */
    public long estimatedBytes() {
        return publish.estimatedBytes() + subscribe.estimatedBytes();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Grant grant
                && publish.equals(grant.publish)
                && subscribe.equals(grant.subscribe)
                && admin == grant.admin;
    }

    @Override
    public int hashCode() {
        return 31 * publish.hashCode() + subscribe.hashCode() + (admin ? 1 : 0);
    }

    @Override
    public String toString() {
        return "publish=" + publish + " subscribe=" + subscribe + " admin=" + admin;
    }
}
