package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.cli.option.DurationConverter;
import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubAdminPages;
import dev.ginkgo.run.client.HubHttpClient;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.Style;
import dev.ginkgo.time.TimeSource;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo top}: shows the services of a program, and the channels and subscribers of its hubs, live. */
@Command(
        description = "Shows services, channels and subscribers, live; press Ctrl-C to end.",
        footer = {
            "",
            "Services that are not ready, and those with restarts, come first; then the busiest channels",
            "and the slowest subscribers of each hub. Rates are shown from the second sample on."
        })
public final class TopCommand extends HubCommand {
    private static final String HOME = "\033[H";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Time between samples (default: 1s).")
    private Duration interval = Duration.ofSeconds(1);

    @Option(names = "--count", paramLabel = "N", description = "Exits after N samples.")
    private long count;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "The maximum number of rows in each table (default: 10).")
    private int limit = 10;

    @Option(names = "--json", description = "Prints each sample as one JSON object per line.")
    private boolean json;

    public TopCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ClientExitCode run(HubHttpClient hubHttpClient, String hub) throws InterruptedException {
        if (count < 0 || limit < 1 || !interval.isPositive()) {
            throw new FatalException(ClientExitCode.USAGE, "--count, --limit and --interval must be positive");
        }
        boolean live = !json && Style.isTerminal();
        TopView topView = new TopView(Style.of(context().environment()), limit);
        Optional<DaemonHandle> daemon = daemon(hub);
        Optional<TopSample> previous = Optional.empty();
        for (long number = 1; ; number++) {
            TopSample sample = sample(hubHttpClient, hub, daemon);
            print(topView, sample, previous, live);
            if (number == count) {
                return ClientExitCode.DONE;
            }
            if (context().out().checkError()) {
                return ClientExitCode.OUTPUT_CLOSED;
            }
            previous = Optional.of(sample);
            TimeUnit.NANOSECONDS.sleep(interval.toNanos());
        }
    }

    private TopSample sample(HubHttpClient hubHttpClient, String hub, Optional<DaemonHandle> daemon)
            throws InterruptedException {
        List<String> addresses = daemon.map(HubCommand::addresses).orElse(List.of(hub));
        List<TopSample.HubSample> hubs = new ArrayList<>();
        for (String address : addresses) {
            hubs.add(TopSample.HubSample.of(new HubAdminPages(hubHttpClient, address), limit));
        }
        ControlResponse tree = daemon.isPresent()
                ? control(daemon.get(), "tree")
                : parse(hub, new HubAdminPages(hubHttpClient, hub).read("/-/tree"));
        return new TopSample(TimeSource.system().nanos(), tree, List.copyOf(hubs));
    }

    private void print(TopView topView, TopSample sample, Optional<TopSample> previous, boolean live) {
        PrintStream out = context().out();
        if (json) {
            out.println(sample.json().json());
        } else if (live) {
            // Overwrites the previous frame, which flickers less than clearing the terminal first.
            out.print(HOME + String.join(CLEAR_LINE + "\n", topView.lines(sample, previous)) + CLEAR_LINE + "\n"
                    + CLEAR_BELOW);
        } else {
            if (previous.isPresent()) {
                out.println();
            }
            topView.lines(sample, previous).forEach(out::println);
        }
        out.flush();
    }
}
