package dev.ginkgo.run.client;

import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Follows a channel over as many connections as it takes. Each but the first begins after the last message that came;
 * what the hub cannot give any more is a gap, and told. For one thread.
 */
public final class ResumingSubscriber {
    private final StreamConnector connector;
    private final MessageSink sink;
    private final ClientStreams console;
    private final Retrier attempts;
    private final TimeSource time;
    private final SubscribeOptions terms;

    private ResumePosition position;
    private long left;
    private boolean connected;
    private long heard;

    /**
     * What the user has asked for.
     *
     * @param since where to begin
     * @param count how many messages to take; 0 is no end
     * @param retryFor for how long to try to reach the hub; by default not at all for the first time, and then for ever
     * @param ignoreGaps whether to go on when messages are lost
     */
    public record SubscribeOptions(ResumePosition since, long count, Optional<Duration> retryFor, boolean ignoreGaps) {}

    public ResumingSubscriber(StreamConnector connector, MessageSink sink, ClientStreams console, Retrier attempts, TimeSource time, SubscribeOptions terms) {
        this.connector = connector;
        this.sink = sink;
        this.console = console;
        this.attempts = attempts;
        this.time = time;
        this.terms = terms;
        position = terms.since();
        left = terms.count() == 0 ? Long.MAX_VALUE : terms.count();
    }

    /**
     * Returns when as many messages have come as are wanted.
     *
     * @throws FatalException if it cannot go on
     */
    public void run() throws InterruptedException {
        try {
            while (left > 0) {
                try {
                    once();
                } catch (RetryableException e) {
                    sink.flush();
                    attempts.failed(e, limit());
                }
            }
        } finally {
            sink.flush();
        }
    }

    private Optional<Duration> limit() {
        return terms.retryFor().or(() -> connected ? Optional.empty() : Optional.of(Duration.ZERO));
    }

    /** One connection, up to its end or that of what is wanted. */
    private void once() throws RetryableException, InterruptedException {
        ResumePosition from = from();
        try (HubStream stream = connector.open(from)) {
            while (left > 0) {
                if (stream.isDry()) {
                    sink.flush();
                }
                StreamEvent event = stream.next().orElseThrow(() -> RetryableException.busy("the stream ended", Optional.empty()));
                heard = time.nanos();
                take(event, from);
                event.id().ifPresent(id -> position = new ResumePosition.AfterMessage(id));
            }
        } catch (IOException e) {
            throw connector.trouble(e);
        }
    }

    private void take(StreamEvent event, ResumePosition from) throws RetryableException, InterruptedException {
        switch (event) {
            case StreamEvent.Start start -> {
                connected = true;
                attempts.connected();
                if (!start.recovered()) {
                    notRecovered(from);
                }
            }
            case StreamEvent.Message message -> {
                sink.accept(message);
                left--;
                attempts.worked();
            }
            case StreamEvent.Gap gap ->
                lost(gap.missed()
                                .map(count -> count == 1 ? "1 message is" : count + " messages are")
                                .orElse("messages are")
                        + " lost: the hub does not have them any more");
            case StreamEvent.ChannelRejected refused -> console.tell(refused.channel() + " is not read: " + refused.detail());
            case StreamEvent.Bye bye -> throw RetryableException.busy("the hub stops", bye.retry());
            case StreamEvent.Other _ -> attempts.worked();
        }
    }

    private void notRecovered(ResumePosition from) {
        if (from.mustBeKept()) {
            lost("messages may be lost: the hub cannot go on from there, and begins with the oldest that it has");
        } else if (from instanceof ResumePosition.SinceOption since && since.isTime()) {
            console.tell("the hub does not reach back so far; it begins with the oldest message that it has");
        }
    }

    private void lost(String text) {
        if (!terms.ignoreGaps()) {
            throw new FatalException(ClientExitCode.GAP, text + " (--ignore-gaps goes on)");
        }
        console.tell(text);
    }

    /** Where to begin now. If the connection broke before a message had told an id, all since then is asked for. */
    private ResumePosition from() {
        return connected && position instanceof ResumePosition.Live
                ? new ResumePosition.SinceDisconnect(Duration.ofNanos(time.nanos() - heard))
                : position;
    }
}
