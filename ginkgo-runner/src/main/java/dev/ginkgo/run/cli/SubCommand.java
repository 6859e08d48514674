package dev.ginkgo.run.cli;

import dev.ginkgo.run.client.ChannelUrl;
import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubHttpClient;
import dev.ginkgo.run.client.MessageSink;
import dev.ginkgo.run.client.PrintingSink;
import dev.ginkgo.run.client.ResumePosition;
import dev.ginkgo.run.client.ResumingSubscriber;
import dev.ginkgo.run.client.Retrier;
import dev.ginkgo.run.client.ShellCommandSink;
import dev.ginkgo.run.client.StreamConnector;
import dev.ginkgo.time.TimeSource;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo sub}. Its exit codes are {@link ClientExitCode}. */
@Command(
        description = "Prints what is published on a channel of a hub, a message a line.",
        footer = {
            "",
            "When the connection breaks it comes back by itself, after the last message that came.",
            "Exit codes: 0 --count is reached, 1 the command failed, 65 refused,",
            "69 not reached, 75 no room there, 76 that is no hub, 77 forbidden,",
            "80 messages were lost."
        })
public final class SubCommand extends ClientCommand {
    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "Begins earlier: after the message of that id, so long ago (10m), at a time in seconds since"
                    + " 1970, with \"all\" that is kept, or with the \"latest\" message.")
    private @Nullable String since;

    @Option(names = "--count", paramLabel = "N", description = "Ends after so many messages.")
    private long count;

    @ArgGroup
    private OutputOptions outputOptions = new OutputOptions();

    @Option(names = "--ignore-gaps", description = "Goes on when messages are lost; it is told all the same.")
    private boolean ignoreGaps;

    @Option(
            names = "--retry-for",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long to try to reach the hub; if it is not given: at the start not again, later for"
                    + " ever.")
    private @Nullable Duration retryFor;

    @Option(
            names = "--silence",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "After how much silence a connection counts as dead (60s); a hub says something every 15 s.")
    private Duration silence = Duration.ofSeconds(60);

    /** What becomes of a message. */
    private static final class OutputOptions {
        @Option(names = "--json", description = "Prints each message as the JSON object that has its id.")
        private boolean json;

        @Option(
                names = {"-0", "--null"},
                description = "Ends each message with NUL, so that messages may have line feeds.")
        private boolean nul;

        @Option(
                names = "--exec",
                paramLabel = "COMMAND",
                description = "Runs a command of the shell for each message, which is its input; MESSAGE_ID and"
                        + " MESSAGE_CHANNEL are in its environment. If it fails, this ends; \"… || true\" goes on.")
        private @Nullable String exec;
    }

    public SubCommand(ClientStreams clientStreams) {
        super(clientStreams);
    }

    @Override
    ClientExitCode run(HubHttpClient hubHttpClient, ChannelUrl channel) throws InterruptedException {
        if (count < 0 || !silence.isPositive()) {
            throw new FatalException(ClientExitCode.USAGE, "--count and --silence have to be positive");
        }
        TimeSource timeSource = TimeSource.system();
        new ResumingSubscriber(
                        new StreamConnector(hubHttpClient, channel, timeSource, silence),
                        sink(),
                        streams(),
                        new Retrier(streams(), timeSource, new SecureRandom()),
                        timeSource,
                        new ResumingSubscriber.SubscribeOptions(
                                since == null ? new ResumePosition.Live() : new ResumePosition.SinceOption(since),
                                count,
                                Optional.ofNullable(retryFor),
                                ignoreGaps))
                .run();
        return ClientExitCode.DONE;
    }

    private MessageSink sink() {
        return outputOptions.exec == null
                ? new PrintingSink(streams().out(), outputOptions.json, outputOptions.nul ? '\0' : '\n')
                : new ShellCommandSink(outputOptions.exec);
    }
}
