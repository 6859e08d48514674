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
    private final StreamConnector streamConnector;
    private final MessageSink messageSink;
    private final ClientStreams clientStreams;
    private final Retrier retrier;
    private final TimeSource timeSource;
    private final SubscribeOptions options;

    private ResumePosition resumePosition;
    private long remaining;
    private boolean connected;
    private long lastEventNanos;

    /**
     * What the user has asked for.
     *
     * @param since where to begin
     * @param count how many messages to take; 0 is no end
     * @param retryFor for how long to try to reach the hub; by default not at all for the first time, and then for ever
     * @param ignoreGaps whether to go on when messages are lost
     */
    public record SubscribeOptions(ResumePosition since, long count, Optional<Duration> retryFor, boolean ignoreGaps) {}

    public ResumingSubscriber(
            StreamConnector streamConnector,
            MessageSink messageSink,
            ClientStreams clientStreams,
            Retrier retrier,
            TimeSource timeSource,
            SubscribeOptions subscribeOptions) {
        this.streamConnector = streamConnector;
        this.messageSink = messageSink;
        this.clientStreams = clientStreams;
        this.retrier = retrier;
        this.timeSource = timeSource;
        this.options = subscribeOptions;
        resumePosition = subscribeOptions.since();
        remaining = subscribeOptions.count() == 0 ? Long.MAX_VALUE : subscribeOptions.count();
    }

    /**
     * Returns when as many messages have come as are wanted.
     *
     * @throws FatalException if it cannot go on
     */
    public void run() throws InterruptedException {
        try {
            while (remaining > 0) {
                try {
                    runConnection();
                } catch (RetryableException e) {
                    messageSink.flush();
                    retrier.awaitRetry(e, retryLimit());
                }
            }
        } finally {
            messageSink.flush();
        }
    }

    private Optional<Duration> retryLimit() {
        return options.retryFor().or(() -> connected ? Optional.empty() : Optional.of(Duration.ZERO));
    }

    /** One connection, up to its end or that of what is wanted. */
    private void runConnection() throws RetryableException, InterruptedException {
        ResumePosition from = startPosition();
        try (HubStream hubStream = streamConnector.open(from)) {
            while (remaining > 0) {
                if (hubStream.wouldBlock()) {
                    messageSink.flush();
                }
                StreamEvent streamEvent = hubStream
                        .next()
                        .orElseThrow(() -> RetryableException.busy("the stream ended", Optional.empty()));
                lastEventNanos = timeSource.nanos();
                handle(streamEvent, from);
                streamEvent.id().ifPresent(id -> resumePosition = new ResumePosition.AfterMessage(id));
            }
        } catch (IOException e) {
            throw streamConnector.retryable(e);
        }
    }

    private void handle(StreamEvent streamEvent, ResumePosition from) throws RetryableException, InterruptedException {
        switch (streamEvent) {
            case StreamEvent.Start start -> {
                connected = true;
                retrier.connected();
                if (!start.recovered()) {
                    notRecovered(from);
                }
            }
            case StreamEvent.Message message -> {
                messageSink.accept(message);
                remaining--;
                retrier.succeeded();
            }
            case StreamEvent.Gap gap ->
                reportGap(gap.missed()
                                .map(count -> count == 1 ? "1 message is" : count + " messages are")
                                .orElse("messages are")
                        + " lost: the hub does not have them any more");
            case StreamEvent.ChannelRejected channelRejected ->
                clientStreams.printError(channelRejected.channel() + " is not read: " + channelRejected.detail());
            case StreamEvent.Bye bye -> throw RetryableException.busy("the hub stops", bye.retryAfter());
            case StreamEvent.Other _ -> retrier.succeeded();
        }
    }

    private void notRecovered(ResumePosition from) {
        if (from.requiresRecovery()) {
            reportGap("messages may be lost: the hub cannot go on from there, and begins with the oldest that it has");
        } else if (from instanceof ResumePosition.SinceOption sinceOption && sinceOption.isTime()) {
            clientStreams.printError(
                    "the hub does not reach back so far; it begins with the oldest message that it has");
        }
    }

    private void reportGap(String text) {
        if (!options.ignoreGaps()) {
            throw new FatalException(ClientExitCode.GAP, text + " (--ignore-gaps goes on)");
        }
        clientStreams.printError(text);
    }

    /** Where to begin now. If the connection broke before a message had told an id, all since then is asked for. */
    private ResumePosition startPosition() {
        return connected && resumePosition instanceof ResumePosition.Live
                ? new ResumePosition.SinceDisconnect(Duration.ofNanos(timeSource.nanos() - lastEventNanos))
                : resumePosition;
    }
}
