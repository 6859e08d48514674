package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubAdminPages;
import dev.ginkgo.run.client.HubHttpClient;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.TextTable;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo channels}: lists the channels of a hub. */
@Command(description = "Lists the channels of a hub, with their retained messages and subscribers.")
public final class ChannelsCommand extends HubCommand {
    private static final int MAX_LIMIT = 10_000; // of the hub

    @Option(names = "--limit", paramLabel = "N", description = "The maximum number of channels (default: 100).")
    private int limit = 100;

    @Option(names = "--json", description = "Prints one JSON object per line.")
    private boolean json;

    public ChannelsCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ClientExitCode run(HubHttpClient hubHttpClient, String hub) throws InterruptedException {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new FatalException(ClientExitCode.USAGE, "--limit must be from 1 to " + MAX_LIMIT);
        }
        List<String> hubs = hubs(hub);
        for (String address : hubs) {
            ControlResponse response =
                    parse(address, new HubAdminPages(hubHttpClient, address).read("/-/channels?limit=" + limit));
            if (json) {
                response.objects("some").forEach(each -> context().out().println(each.json()));
                continue;
            }
            if (hubs.size() > 1) {
                context().out().println("hub at " + address);
            }
            print(response);
        }
        context().out().flush();
        return ClientExitCode.DONE;
    }

    private void print(ControlResponse response) {
        TextTable table = new TextTable("CHANNEL", ">MESSAGES", ">SUBSCRIBERS", ">PUBLISHED");
        List<ControlResponse> channels = response.objects("some");
        for (ControlResponse channel : channels) {
            table.row(
                    channel.text("channel"),
                    channel.text("messages"),
                    channel.text("readers"),
                    channel.has("published") ? channel.text("published") : "-");
        }
        table.lines().forEach(context().out()::println);
        long more = response.number("channels") - channels.size();
        if (more > 0) {
            context().printError(more + " more; --limit sets how many are listed");
        }
    }
}
