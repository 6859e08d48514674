package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.ChannelUrl;
import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubHttpClient;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Base class of the commands that use a channel of a hub: common options, and the exit code of a failure. */
@Command(sortOptions = false, usageHelpAutoWidth = true)
abstract class ClientCommand implements Callable<Integer> {
    private final ClientStreams streams;

    @Parameters(index = "0", paramLabel = "URL", description = "The channel, such as localhost:8088/numbers.")
    private String url = "";

    // The order values place these after the options of the subclass in the help text.
    @Option(
            names = "--token-file",
            order = 1,
            paramLabel = "FILE",
            description = "File that holds the token for the hub (default: GINKGO_TOKEN in the environment).")
    private @Nullable Path tokenFile;

    @Option(
            names = "--cacert",
            order = 1,
            paramLabel = "FILE",
            defaultValue = "${env:GINKGO_CACERT}",
            description = "PEM file with the certificates to trust for https (GINKGO_CACERT).")
    private @Nullable Path authorities;

    @Option(
            names = {"-h", "--help"},
            order = 2,
            usageHelp = true,
            description = "Prints this help.")
    @SuppressWarnings("UnusedVariable") // read by picocli
    private boolean help;

    ClientCommand(ClientStreams clientStreams) {
        this.streams = clientStreams;
    }

    @Override
    public final Integer call() throws InterruptedException {
        try (HubHttpClient hubHttpClient = new HubHttpClient(tokenFile, authorities, streams.environment())) {
            return run(hubHttpClient, ChannelUrl.of(url)).number();
        } catch (FatalException e) {
            if (!e.text().isEmpty()) {
                streams.printError(e.text());
            }
            return e.exitCode().number();
        }
    }

    /**
     * Runs the command.
     *
     * @throws FatalException if it cannot be completed
     */
    abstract ClientExitCode run(HubHttpClient hubHttpClient, ChannelUrl channel) throws InterruptedException;

    final ClientStreams streams() {
        return streams;
    }
}
