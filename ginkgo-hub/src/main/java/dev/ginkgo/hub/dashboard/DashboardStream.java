package dev.ginkgo.hub.dashboard;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.connection.StreamInputDiscarder;
import dev.ginkgo.hub.delivery.DeliveryEngine;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.StreamOutput;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stream of samples for the viewers of a dashboard, over server-sent events of the hub's own delivery. The samples are
 * messages of a channel in a store of their own, so they are neither replicated nor counted in the statistics that they
 * show, and a viewer that reads slowly skips samples.
 *
 * <p>The store, and the task that takes the samples, exist while there is a viewer. A sample is taken when the first viewer
 * arrives, and then once a second. The pause is {@value #PAUSE_FACTOR} times as long as the sample took, up to five seconds:
 * so the samples of a large or busy hub use at most 1 % of a processor, unless one takes more than 50 ms.
 */
final class DashboardStream {
    private static final Logger LOG = LoggerFactory.getLogger(DashboardStream.class);

    /** Pause between samples. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Duration MAX_PAUSE = Duration.ofSeconds(5);
    private static final int PAUSE_FACTOR = 100;
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(10);
    private static final Size BUDGET = Size.ofMebibytes(8);
    private static final ChannelName CHANNEL = ChannelName.of("/samples");

    /** Starts with the latest sample, if there is one. */
    private static final SubscribeRequest REQUEST =
            SubscribeRequest.of(ChannelSelector.of(CHANNEL), Since.Point.LATEST);

    private final Sampler sampler;
    private final TimeSource timeSource;
    private final Executor tasks;
    private final WaitQueue changes = new WaitQueue();
    private final LogRateLimiter logRateLimiter;

    private @Nullable Feed feed; // guarded by this

    /** Takes a sample. Called by one task at a time. */
    @FunctionalInterface
    interface Sampler {
        /** Returns a sample: one line of JSON. */
        String sample() throws InterruptedException;
    }

    /**
     * @param tasks runs the task that takes the samples; throws IllegalStateException while the hub stops
     */
    DashboardStream(Sampler sampler, TimeSource timeSource, Executor tasks) {
        this.sampler = sampler;
        this.timeSource = timeSource;
        this.tasks = tasks;
        this.logRateLimiter = new LogRateLimiter(timeSource);
    }

    /** The channel of the samples, from the first viewer to the last. */
    private final class Feed {
        private final Store store;
        private final DeliveryEngine engine;
        private int viewers; // guarded by DashboardStream.this
        private final Map<Channel, Access> accessByViewer = new ConcurrentHashMap<>();

        private Feed() {
            Counters counters = new Counters();
            StoreLimits limits = new StoreLimits(
                    () -> BUDGET, () -> 1, () -> Duration.ZERO, () -> Duration.ofMinutes(1), () -> 1, () -> 1);
            store = new Store(limits, timeSource, 1, counters);
            engine = new DeliveryEngine(
                    store,
                    ByteBufAllocator.DEFAULT,
                    timeSource,
                    new Random(),
                    counters,
                    () -> BUDGET.bytes(),
                    () -> Integer.MAX_VALUE);
        }

        /** Closes the connections of viewers whose credentials have expired or been revoked. */
        private void closeInvalid() {
            accessByViewer.forEach((viewer, access) -> {
                if (access.validity(timeSource.now()) != Access.Validity.VALID) {
                    var _ = viewer.close();
                }
            });
        }

        private void close() {
            engine.close();
            store.close();
        }
    }

    /** Turns a connection into a viewer. Called on the event loop of the connection. */
    void open(Exchange exchange) throws ProblemException {
        Feed joined = join();
        Channel connection = exchange.connection().channel();
        joined.accessByViewer.put(connection, exchange.access());
        connection.closeFuture().addListener(_ -> {
            joined.accessByViewer.remove(connection);
            leave(joined);
        });
        FullHttpResponse head = exchange.streamHead("text/event-stream");
        WireFormat wireFormat = exchange.compressesMessages() ? WireFormat.SSE.compressed() : WireFormat.SSE;
        StreamOutput output = exchange.connection().detachForStream();
        connection.pipeline().addLast(StreamInputDiscarder.INSTANCE);
        var _ = connection.write(output.head(head, false));
        try {
            joined.engine.attach(connection, REQUEST, output.framesBody() ? wireFormat.withoutChunks() : wireFormat);
            connection.flush();
        } catch (HubRejectedException ended) { // the hub is stopping
            var _ = connection.close();
        }
    }

    private synchronized Feed join() throws ProblemException {
        Feed current = feed;
        if (current == null) {
            Feed opened = new Feed();
            try {
                tasks.execute(() -> takeSamples(opened));
            } catch (IllegalStateException stopping) {
                opened.close();
                throw ProblemException.stopping("the hub is stopping");
            }
            feed = opened;
            current = opened;
        }
        current.viewers++;
        return current;
    }

    private void leave(Feed left) {
        synchronized (this) {
            left.viewers--;
        }
        changes.signal();
    }

    private synchronized boolean hasViewers(Feed current) {
        return current.viewers > 0;
    }

    /** Discards the feed if there is no viewer; the next one gets a new feed. */
    private synchronized boolean endWithoutViewers(Feed current) {
        if (current.viewers > 0) {
            return false;
        }
        feed = null;
        return true;
    }

    private void takeSamples(Feed current) {
        try {
            while (!endWithoutViewers(current)) {
                long begin = timeSource.nanos();
                publishSample(current);
                current.engine.closeStalledWrites(STALL_TIMEOUT);
                current.closeInvalid();
                awaitNextSample(current, timeSource.nanos() - begin);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            end(current);
        }
    }

    private void publishSample(Feed current) throws InterruptedException {
        try {
            current.store.publish(CHANNEL, Payload.text(sampler.sample()));
        } catch (RuntimeException e) { // while the hub starts or stops; the next sample may succeed
            if (logRateLimiter.countEvent() > 0) {
                LOG.warn("cannot take a sample for the dashboard", e);
            }
        }
    }

    private void awaitNextSample(Feed current, long sampleNanos) throws InterruptedException {
        long pause = Math.clamp(PAUSE_FACTOR * sampleNanos, INTERVAL.toNanos(), MAX_PAUSE.toNanos());
        changes.await(() -> hasViewers(current) ? null : true, timeSource, timeSource.nanos() + pause);
    }

    /** Closes the feed. If the hub stops, this ends the streams of its viewers. */
    private void end(Feed current) {
        synchronized (this) {
            if (feed == current) {
                feed = null;
            }
        }
        current.close();
    }
}
