package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.cli.option.DurationConverter;
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
import dev.ginkgo.run.client.TextSink;
import dev.ginkgo.run.output.Style;
import dev.ginkgo.time.TimeSource;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo sub}: subscribes to a channel of a hub. Its exit codes are {@link ClientExitCode}. */
@Command(
        description = "Prints the messages of a channel of a hub, one per line.",
        footer = {
            "",
            "Reconnects if the connection breaks, and resumes after the last message received.",
            "Exit codes: 0 --count reached, 1 the command of --exec failed, 65 rejected,",
            "69 unreachable, 75 hub busy or over a limit, 76 not a hub, 77 forbidden,",
            "80 messages were lost."
        })
public final class SubCommand extends ClientCommand {
    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "Where to start: after a message id, at an age (10m), at a time in seconds since 1970, with"
                    + " \"all\" retained messages, or with the \"latest\" one. Default: new messages only.")
    private @Nullable String since;

    @Option(names = "--count", paramLabel = "N", description = "Exits after N messages.")
    private long count;

    @ArgGroup
    private OutputOptions outputOptions = new OutputOptions();

    @Option(names = "--ignore-gaps", description = "Continues after lost messages; each gap is still reported.")
    private boolean ignoreGaps;

    @Option(
            names = "--retry-for",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long to retry if the hub is unreachable. By default the first connection is tried once,"
                    + " and a broken connection is retried without limit.")
    private @Nullable Duration retryFor;

    @Option(
            names = "--silence",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Idle timeout of the connection (default: 60s); a hub sends a heartbeat every 15 s.")
    private Duration silence = Duration.ofSeconds(60);

    /** How messages are printed or processed. */
    private static final class OutputOptions {
        @Option(names = "--json", description = "Prints each message as a JSON object that includes its id.")
        private boolean json;

        @Option(
                names = {"-0", "--null"},
                description = "Ends each message with NUL, for messages that contain line feeds.")
        private boolean nul;

        @Option(
                names = "--exec",
                paramLabel = "COMMAND",
                description = "Runs a shell command for each message, with the message as its input and MESSAGE_ID and"
                        + " MESSAGE_CHANNEL in its environment. Exits if the command fails; \"… || true\" prevents it.")
        private @Nullable String exec;
    }

    @Option(
            names = "--names",
            negatable = true,
            description =
                    "Prints the channel and a tab before each message. Default on a terminal, for patterns and lists.")
    private @Nullable Boolean names;

    private final Style style;
    private final boolean terminal;

    /** Creates the command for an output that is no terminal. */
    public SubCommand(ClientStreams clientStreams) {
        this(clientStreams, Style.plain(), false);
    }

    /**
     * @param style the style of channel names
     * @param terminal whether the output is a terminal: channel names are printed, and control characters replaced
     */
    public SubCommand(ClientStreams clientStreams, Style style, boolean terminal) {
        super(clientStreams);
        this.style = style;
        this.terminal = terminal;
    }

    @Override
    ClientExitCode run(HubHttpClient hubHttpClient, ChannelUrl channel) throws InterruptedException {
        if (names != null && (outputOptions.json || outputOptions.nul || outputOptions.exec != null)) {
            throw new FatalException(ClientExitCode.USAGE, "--names cannot be combined with --json, --null and --exec");
        }
        if (count < 0 || !silence.isPositive()) {
            throw new FatalException(ClientExitCode.USAGE, "--count and --silence must be positive");
        }
        TimeSource timeSource = TimeSource.system();
        new ResumingSubscriber(
                        new StreamConnector(hubHttpClient, channel, timeSource, silence),
                        sink(channel),
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

    private MessageSink sink(ChannelUrl channel) {
        if (outputOptions.exec != null) {
            return new ShellCommandSink(outputOptions.exec);
        }
        boolean named = names == null ? terminal && channel.selectsSeveral() : names;
        if ((!named && !terminal) || outputOptions.json || outputOptions.nul) {
            return new PrintingSink(streams().out(), outputOptions.json, outputOptions.nul ? '\0' : '\n');
        }
        return new TextSink(streams().out(), new TextSink.TextOptions(named, terminal), style::cyan);
    }
}
