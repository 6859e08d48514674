package dev.ginkgo.run.hub;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Base of the commands that talk to a channel of a hub: their common options, and the exit code of a failure. */
@Command(sortOptions = false, usageHelpAutoWidth = true)
abstract class ClientCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "URL", description = "The channel, such as localhost:8088/numbers.")
    private String url = "";

    // The orders place these two after the options of the subclass in the help text.
    @Option(names = "--token-file", order = 1, paramLabel = "FILE", description = "Holds the token to show to the hub.")
    private @Nullable Path tokenFile;

    @Option(
            names = {"-h", "--help"},
            order = 2,
            usageHelp = true,
            description = "Prints this.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    ClientCommand(Console console) {
        this.console = console;
    }

    @Override
    public final Integer call() throws InterruptedException {
        try (Web web = new Web(tokenFile)) {
            return run(web, ChannelUrl.of(url)).number();
        } catch (Failure e) {
            if (!e.text().isEmpty()) {
                console.tell(e.text());
            }
            return e.ending().number();
        }
    }

    /**
     * Runs the command.
     *
     * @throws Failure if it cannot be completed
     */
    abstract Ending run(Web web, ChannelUrl channel) throws InterruptedException;

    final Console console() {
        return console;
    }
}
