package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubHttpClient;
import dev.ginkgo.run.daemon.DaemonFinder;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.JsonText;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/** Base class of the commands that inspect a hub, which is named by its address or by the daemon that it runs in. */
abstract class HubCommand extends HttpCommand {
    private final CommandContext commandContext;

    @Parameters(
            index = "0",
            paramLabel = "HUB",
            description =
                    "The name of a daemon with a hub, or the address of a hub, such as localhost:8088; one on another machine"
                            + " needs a token that grants admin.")
    private String target = "";

    HubCommand(CommandContext commandContext) {
        super(new ClientStreams(System.in, commandContext.out(), commandContext.err(), commandContext.environment()));
        this.commandContext = commandContext;
    }

    @Override
    final ClientExitCode run(HubHttpClient hubHttpClient) throws InterruptedException {
        return run(hubHttpClient, target);
    }

    /**
     * Runs the command.
     *
     * @throws FatalException if it cannot be completed
     * @throws CommandException if the daemon does not run or respond
     */
    abstract ClientExitCode run(HubHttpClient hubHttpClient, String hub) throws InterruptedException;

    final CommandContext context() {
        return commandContext;
    }

    /** Returns the daemon of that name, unless the text is an address. */
    final Optional<DaemonHandle> daemon(String name) {
        if (name.indexOf(':') >= 0) {
            return Optional.empty();
        }
        DaemonFinder daemonFinder = new DaemonFinder(commandContext);
        return Optional.of(
                daemonFinder.find(name).filter(DaemonHandle::isAlive).orElseThrow(() -> daemonFinder.notRunning(name)));
    }

    /** Returns the addresses of the hubs of a daemon; those that do not serve HTTP have none. */
    static List<String> addresses(DaemonHandle daemon) {
        return control(daemon, "hubs").objects("hubs").stream()
                .map(hub -> hub.text("address"))
                .filter(address -> !address.isEmpty())
                .toList();
    }

    /** Returns the addresses of the given hub, or of the hubs of the given daemon; at least one. */
    final List<String> hubs(String hub) {
        Optional<DaemonHandle> daemon = daemon(hub);
        if (daemon.isEmpty()) {
            return List.of(hub);
        }
        List<String> addresses = addresses(daemon.get());
        if (addresses.isEmpty()) {
            throw new CommandException(ExitCode.UNKNOWN, daemon.get().label() + " has no hub that serves HTTP");
        }
        return addresses;
    }

    /** Requests a view from a daemon. */
    static ControlResponse control(DaemonHandle daemon, String view) {
        try {
            return new ControlResponse(daemon.controlClient().read(view));
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, daemon.label() + ": " + e.getMessage());
        }
    }

    /** Parses a page of a hub. */
    static ControlResponse parse(String hub, String page) {
        try {
            return new ControlResponse(JsonText.read(page));
        } catch (IOException e) {
            throw new FatalException(ClientExitCode.NOT_A_HUB, hub + " is not a hub: " + e.getMessage());
        }
    }
}
