package dev.ginkgo.hub;

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
final class Standings {
    /** A loop that does not answer in this time is left out; it has other troubles. */
    private static final long PATIENCE_MILLIS = 1_000;

    /** The slowest first. */
    private static final Comparator<Standing> SLOWEST = Comparator.comparingLong(Standing::behind)
            .thenComparingLong(Standing::pinned)
            .reversed();

    /**
     * One stream.
     *
     * @param behind messages that it has not been sent yet
     * @param pinned bytes that wait for its socket
     */
    record Standing(OpenStreams.Stream stream, long behind, long pinned) {
        private static Standing of(OpenStreams.Stream stream) {
            ChannelOutboundBuffer buffer = stream.connection().unsafe().outboundBuffer();
            return new Standing(stream, stream.reader().behind(), buffer == null ? 0 : buffer.totalPendingWriteBytes());
        }
    }

    private Standings() {}

    /** Adds up how far behind the streams are. */
    static Depth depth(List<OpenStreams.Stream> streams) throws InterruptedException {
        List<Standing> standings = slowestFirst(streams);
        return new Depth(
                standings.stream().mapToLong(Standing::behind).sum(),
                standings.stream().mapToLong(Standing::behind).max().orElse(0));
    }

    static List<Standing> slowestFirst(List<OpenStreams.Stream> streams) throws InterruptedException {
        Map<EventLoop, List<OpenStreams.Stream>> byLoop = streams.stream()
                .collect(Collectors.groupingBy(each -> each.connection().eventLoop()));
        List<CompletableFuture<List<Standing>>> answers = new ArrayList<>();
        byLoop.forEach((loop, its) -> answers.add(ask(loop, its)));
        List<Standing> all = new ArrayList<>();
        for (CompletableFuture<List<Standing>> answer : answers) {
            try {
                all.addAll(answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException | ExecutionException leftOut) {
                answer.cancel(false);
            }
        }
        all.sort(SLOWEST);
        return all;
    }

    private static CompletableFuture<List<Standing>> ask(EventLoop loop, List<OpenStreams.Stream> streams) {
        CompletableFuture<List<Standing>> answer = new CompletableFuture<>();
        try {
            loop.execute(
                    () -> answer.complete(streams.stream().map(Standing::of).toList()));
        } catch (RejectedExecutionException ended) {
            answer.complete(List.of());
        }
        return answer;
    }
}
