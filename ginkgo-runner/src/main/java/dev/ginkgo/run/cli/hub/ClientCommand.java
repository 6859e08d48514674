package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.ChannelUrl;
import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubHttpClient;
import picocli.CommandLine.Parameters;

/** Base class of the commands that use a channel of a hub. */
abstract class ClientCommand extends HttpCommand {
    @Parameters(index = "0", paramLabel = "URL", description = "The channel, such as localhost:8088/numbers.")
    private String url = "";

    ClientCommand(ClientStreams clientStreams) {
        super(clientStreams);
    }

    @Override
    final ClientExitCode run(HubHttpClient hubHttpClient) throws InterruptedException {
        return run(hubHttpClient, ChannelUrl.of(url));
    }

    /**
     * Runs the command.
     *
     * @throws FatalException if it cannot be completed
     */
    abstract ClientExitCode run(HubHttpClient hubHttpClient, ChannelUrl channel) throws InterruptedException;
}
