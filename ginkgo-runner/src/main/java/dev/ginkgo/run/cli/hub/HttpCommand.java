package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubHttpClient;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Base class of the commands that send requests to a hub: their common options, and the exit code of a failure. */
@Command(sortOptions = false, usageHelpAutoWidth = true)
abstract class HttpCommand implements Callable<Integer> {
    private final ClientStreams streams;

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

    HttpCommand(ClientStreams clientStreams) {
        this.streams = clientStreams;
    }

    @Override
    public final Integer call() throws InterruptedException {
        try (HubHttpClient hubHttpClient = new HubHttpClient(tokenFile, authorities, streams.environment())) {
            return run(hubHttpClient).number();
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
    abstract ClientExitCode run(HubHttpClient hubHttpClient) throws InterruptedException;

    final ClientStreams streams() {
        return streams;
    }
}
