package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.http.StreamRegistry;
import dev.ginkgo.hub.metrics.LagSummary;
import io.netty.channel.ChannelOutboundBuffer;
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

/** How far behind the streams are: asked of the event loops, who alone know. Not to be called by one. */
public final class SubscriberLagCollector {
    /** A loop that does not answer in this time is left out; it has other troubles. */
    private static final long TIMEOUT_MILLIS = 1_000;

    /** The slowest first. */
    private static final Comparator<SubscriberLag> SLOWEST_FIRST = Comparator.comparingLong(SubscriberLag::behind)
            .thenComparingLong(SubscriberLag::pendingBytes)
            .reversed();

    /**
     * One stream.
     *
     * @param behind messages that it has not been sent yet
     * @param pendingBytes bytes that wait for its socket
     */
    record SubscriberLag(StreamRegistry.OpenStream stream, long behind, long pendingBytes) {
        private static SubscriberLag of(StreamRegistry.OpenStream openStream) {
            ChannelOutboundBuffer buffer = openStream.connection().unsafe().outboundBuffer();
            return new SubscriberLag(
                    openStream, openStream.reader().lag(), buffer == null ? 0 : buffer.totalPendingWriteBytes());
        }
    }

    private SubscriberLagCollector() {}

    /** Adds up how far behind the streams are. */
    public static LagSummary summarize(List<StreamRegistry.OpenStream> streams) throws InterruptedException {
        List<SubscriberLag> standings = slowestFirst(streams);
        return new LagSummary(
                standings.stream().mapToLong(SubscriberLag::behind).sum(),
                standings.stream().mapToLong(SubscriberLag::behind).max().orElse(0));
    }

    static List<SubscriberLag> slowestFirst(List<StreamRegistry.OpenStream> streams) throws InterruptedException {
        Map<EventLoop, List<StreamRegistry.OpenStream>> byLoop = streams.stream()
                .collect(Collectors.groupingBy(each -> each.connection().eventLoop()));
        List<CompletableFuture<List<SubscriberLag>>> answers = new ArrayList<>();
        byLoop.forEach((loop, its) -> answers.add(ask(loop, its)));
        List<SubscriberLag> all = new ArrayList<>();
        for (CompletableFuture<List<SubscriberLag>> answer : answers) {
            try {
                all.addAll(answer.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException | ExecutionException leftOut) {
                answer.cancel(false);
            }
        }
        all.sort(SLOWEST_FIRST);
        return all;
    }

    private static CompletableFuture<List<SubscriberLag>> ask(EventLoop loop, List<StreamRegistry.OpenStream> streams) {
        CompletableFuture<List<SubscriberLag>> answer = new CompletableFuture<>();
        try {
            loop.execute(() ->
                    answer.complete(streams.stream().map(SubscriberLag::of).toList()));
        } catch (RejectedExecutionException ended) {
            answer.complete(List.of());
        }
        return answer;
    }
}
