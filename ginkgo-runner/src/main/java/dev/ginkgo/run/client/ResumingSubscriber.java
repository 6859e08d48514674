package dev.ginkgo.run.hub;

import dev.ginkgo.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Follows a channel over as many connections as it takes. Each but the first begins after the last message that came;
 * what the hub cannot give any more is a gap, and told. For one thread.
 */
final class Following {
    private final Connector connector;
    private final Sink sink;
    private final Console console;
    private final Attempts attempts;
    private final Time time;
    private final Terms terms;

    private Position position;
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
    record Terms(Position since, long count, Optional<Duration> retryFor, boolean ignoreGaps) {}

    Following(Connector connector, Sink sink, Console console, Attempts attempts, Time time, Terms terms) {
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
     * @throws Failure if it cannot go on
     */
    void run() throws InterruptedException {
        try {
            while (left > 0) {
                try {
                    once();
                } catch (Trouble e) {
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
    private void once() throws Trouble, InterruptedException {
        Position from = from();
        try (Stream stream = connector.open(from)) {
            while (left > 0) {
                if (stream.isDry()) {
                    sink.flush();
                }
                Event event = stream.next().orElseThrow(() -> Trouble.busy("the stream ended", Optional.empty()));
                heard = time.nanos();
                take(event, from);
                event.id().ifPresent(id -> position = new Position.After(id));
            }
        } catch (IOException e) {
            throw connector.trouble(e);
        }
    }

    private void take(Event event, Position from) throws Trouble, InterruptedException {
        switch (event) {
            case Event.Start start -> {
                connected = true;
                attempts.connected();
                if (!start.recovered()) {
                    notRecovered(from);
                }
            }
            case Event.Message message -> {
                sink.accept(message);
                left--;
                attempts.worked();
            }
            case Event.Gap gap ->
                lost(gap.missed()
                                .map(count -> count == 1 ? "1 message is" : count + " messages are")
                                .orElse("messages are")
                        + " lost: the hub does not have them any more");
            case Event.Refused refused -> console.tell(refused.channel() + " is not read: " + refused.detail());
            case Event.Bye bye -> throw Trouble.busy("the hub stops", bye.retry());
            case Event.Other _ -> attempts.worked();
        }
    }

    private void notRecovered(Position from) {
        if (from.mustBeKept()) {
            lost("messages may be lost: the hub cannot go on from there, and begins with the oldest that it has");
        } else if (from instanceof Position.Since since && since.isTime()) {
            console.tell("the hub does not reach back so far; it begins with the oldest message that it has");
        }
    }

    private void lost(String text) {
        if (!terms.ignoreGaps()) {
            throw new Failure(Ending.GAP, text + " (--ignore-gaps goes on)");
        }
        console.tell(text);
    }

    /** Where to begin now. If the connection broke before a message had told an id, all since then is asked for. */
    private Position from() {
        return connected && position instanceof Position.Live
                ? new Position.Ago(Duration.ofNanos(time.nanos() - heard))
                : position;
    }
}
