package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.http.StreamRegistry;
import dev.ginkgo.hub.metrics.LagSummary;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Collects how far the streams are behind. Only the event loop of a stream has this number, so each loop is queried.
 * Blocks, and must not be called on an event loop.
 */
public final class SubscriberLagCollector {
    /** Maximum time to wait for a loop. The streams of a loop that does not respond in time are omitted. */
    private static final long TIMEOUT_MILLIS = 1_000;

    private static final Comparator<SubscriberLag> SLOWEST_FIRST = Comparator.comparingLong(SubscriberLag::behind)
            .thenComparingLong(SubscriberLag::pendingBytes)
            .reversed();

    /**
     * Lag of one stream.
     *
     * @param behind number of messages not sent yet
     * @param pendingBytes number of bytes that its socket has not accepted yet
     */
    public record SubscriberLag(StreamRegistry.OpenStream stream, long behind, long pendingBytes) {
        private static SubscriberLag of(StreamRegistry.OpenStream openStream) {
            return new SubscriberLag(
                    openStream,
                    openStream.handle().lag(),
                    openStream.connection().pendingBytes());
        }
    }

    private SubscriberLagCollector() {}

    /** Returns the total and the maximum lag of the streams. */
    public static LagSummary summarize(List<StreamRegistry.OpenStream> streams) throws InterruptedException {
        List<SubscriberLag> lags = slowestFirst(streams);
        return new LagSummary(
                lags.stream().mapToLong(SubscriberLag::behind).sum(),
                lags.stream().mapToLong(SubscriberLag::behind).max().orElse(0));
    }

    /** Returns the lags of the streams, slowest first. */
    public static List<SubscriberLag> slowestFirst(List<StreamRegistry.OpenStream> streams)
            throws InterruptedException {
        Map<EventLoop, List<StreamRegistry.OpenStream>> byLoop = streams.stream()
                .collect(Collectors.groupingBy(each -> each.connection().eventLoop()));
        List<CompletableFuture<List<SubscriberLag>>> results = new ArrayList<>();
        byLoop.forEach((loop, ofLoop) -> results.add(query(loop, ofLoop)));
        List<SubscriberLag> all = new ArrayList<>();
        for (CompletableFuture<List<SubscriberLag>> result : results) {
            try {
                all.addAll(result.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException | ExecutionException omitted) {
                result.cancel(false);
            }
        }
        all.sort(SLOWEST_FIRST);
        return all;
    }

    private static CompletableFuture<List<SubscriberLag>> query(
            EventLoop loop, List<StreamRegistry.OpenStream> streams) {
        CompletableFuture<List<SubscriberLag>> result = new CompletableFuture<>();
        try {
            loop.execute(() ->
                    result.complete(streams.stream().map(SubscriberLag::of).toList()));
        } catch (RejectedExecutionException ended) {
            result.complete(List.of());
        }
        return result;
    }
}
