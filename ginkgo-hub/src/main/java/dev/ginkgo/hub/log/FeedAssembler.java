package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.SelectorMatcher;
import dev.ginkgo.hub.position.ForgottenChannels.ForgottenChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;

/**
 * Construction of a merged feed: finds the channels that the feed includes, and adds their retained messages in order
 * of arrival. Channels are matched without the store's lock, and everything else happens in steps of bounded work under
 * the lock, so that other threads use the store in between. Several threads may construct the same feed: each matches
 * by itself, and they share the steps.
 *
 * <p>While a feed is under construction it has no subscribers, and messages that arrive are not added to it; the last
 * step finds them in the store. Guarded by the store, except {@link #match}.
 */
final class FeedAssembler {
    /** Maximum number of channels or messages of one step. */
    static final int STEP = 1_000;

    private final Feed feed;
    private final SelectorMatcher matcher;
    private final boolean history;
    private final Collection<ChannelLog> channels;
    private final List<ForgottenChannel> forgotten;
    private final ArrivalList.Reader reader;
    private final TreeSet<Long> losses = new TreeSet<>();
    private boolean joined;

    /**
     * Starts the construction. From now on, channels that are created join the feed by themselves.
     *
     * @param history whether to add the retained messages
     * @param channels all channels; may be read without the lock
     * @param forgotten the channels that no longer exist
     * @param reader reads the messages of the store from the oldest on
     */
    FeedAssembler(
            Feed feed,
            SelectorMatcher matcher,
            boolean history,
            Collection<ChannelLog> channels,
            List<ForgottenChannel> forgotten,
            ArrivalList.Reader reader) {
        this.feed = feed;
        this.matcher = matcher;
        this.history = history;
        this.channels = channels;
        this.forgotten = forgotten;
        this.reader = reader;
    }

    /** The channels of a feed that one thread has found and adds to the feed. */
    static final class Matches {
        private final Iterator<ChannelLog> logs;
        private final Iterator<ForgottenChannel> forgotten;

        private Matches(List<ChannelLog> logs, List<ForgottenChannel> forgotten) {
            this.logs = logs.iterator();
            this.forgotten = forgotten.iterator();
        }
    }

    /** Finds the channels that the feed includes. Called without the store's lock. */
    Matches match() {
        List<ChannelLog> found = new ArrayList<>();
        for (ChannelLog log : channels) {
            if (matcher.matches(log.name, log.segments)) {
                found.add(log);
            }
        }
        return new Matches(
                found,
                forgotten.stream()
                        .filter(each -> matcher.matches(each.name(), each.name().segments()))
                        .toList());
    }

    /**
     * Performs the next step.
     *
     * @return whether the feed is complete
     */
    boolean step(Matches matches) {
        if (!joined) {
            joined = join(matches);
            return false;
        }
        return !history || addMessages();
    }

    private boolean join(Matches matches) {
        int steps = 0;
        while (matches.logs.hasNext() && steps < STEP) {
            steps++;
            ChannelLog log = matches.logs.next();
            if (log.removed) {
                feed.watermark.raise(log.watermark);
            } else if (!feed.logs.contains(log)) {
                log.addTo(feed);
                steps += history ? log.feed.collectLosses(losses) : 0;
            }
        }
        while (matches.forgotten.hasNext() && steps < STEP) {
            steps++;
            feed.watermark.raise(matches.forgotten.next().watermark());
        }
        return !matches.logs.hasNext() && !matches.forgotten.hasNext();
    }

    /** Adds the next messages, and returns whether the end is reached. */
    private boolean addMessages() {
        for (int steps = 0; steps < STEP; steps++) {
            Entry entry = reader.next();
            if (entry == null) {
                addLossesBefore(Long.MAX_VALUE);
                return true;
            }
            if (feed.logs.contains(entry.log)) {
                addLossesBefore(entry.arrival);
                feed.addRetained(entry);
            }
        }
        return false;
    }

    private void addLossesBefore(long arrival) {
        while (!losses.isEmpty() && losses.first() < arrival) {
            feed.addRetainedLoss(losses.removeFirst());
        }
    }

    /** Records a loss that affects the feed. */
    void markLost(long arrival) {
        losses.add(arrival);
    }

    /** Notes that a channel is being removed, which may not have been matched yet. */
    void channelRemoved(ChannelLog log) {
        if (matcher.matches(log.name, log.segments)) {
            feed.watermark.raise(log.watermark);
        }
    }

    /** Ends the construction. */
    void close() {
        reader.close();
    }
}
