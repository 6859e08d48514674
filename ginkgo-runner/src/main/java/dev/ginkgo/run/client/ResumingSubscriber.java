package dev.ginkgo.run.client;

import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Subscriber that reconnects as often as necessary. Each connection after the first resumes after the last message
 * received; messages that the hub no longer retains are reported as a gap. Not thread-safe.
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
     * Options of {@code sub}.
     *
     * @param since start position
     * @param count number of messages to receive; 0 for no limit
     * @param retryFor how long to retry if the hub is unreachable; if empty, the first connection is tried once and
     *     later ones are retried without limit
     * @param ignoreGaps whether to continue after lost messages
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
     * Receives messages until the requested count is reached.
     *
     * @throws FatalException if an error or gap ends the subscription
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

    /** Receives messages from one connection until it ends or the requested count is reached. */
    private void runConnection() throws RetryableException, InterruptedException {
        ResumePosition from = startPosition();
        try (HubStream hubStream = streamConnector.open(from)) {
            while (remaining > 0) {
                StreamEvent streamEvent = hubStream
                        .next(messageSink::flush)
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
                        + " lost: no longer retained by the hub");
            case StreamEvent.ChannelRejected channelRejected ->
                clientStreams.printError(
                        "channel " + channelRejected.channel() + " was rejected: " + channelRejected.detail());
            case StreamEvent.Bye bye -> throw RetryableException.busy("the hub is stopping", bye.retryAfter());
            case StreamEvent.Other _ -> retrier.succeeded();
        }
    }

    private void notRecovered(ResumePosition from) {
        if (from.requiresRecovery()) {
            reportGap("messages may be lost: the hub cannot resume at that position and starts with the oldest"
                    + " retained message");
        } else if (from instanceof ResumePosition.SinceOption sinceOption && sinceOption.isTime()) {
            clientStreams.printError(
                    "the hub does not retain messages for so long; it starts with the oldest retained message");
        }
    }

    private void reportGap(String text) {
        if (!options.ignoreGaps()) {
            throw new FatalException(ClientExitCode.GAP, text + " (use --ignore-gaps to continue)");
        }
        clientStreams.printError(text);
    }

    /** Returns the position for the next connection. If no message id is known yet, it covers the time since the last event. */
    private ResumePosition startPosition() {
        return connected && resumePosition instanceof ResumePosition.Live
                ? new ResumePosition.SinceDisconnect(Duration.ofNanos(timeSource.nanos() - lastEventNanos))
                : resumePosition;
    }
}
