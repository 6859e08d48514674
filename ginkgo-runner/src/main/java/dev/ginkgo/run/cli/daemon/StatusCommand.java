package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.config.Durations;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.ExitText;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.TimestampFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ginkgo status}. Its exit codes are those of the Linux Standard Base for init scripts: 0 ready or
 * degraded, 1 died and left its pidfile, 3 not running, 4 unknown. The whole tree counts: a daemon whose root or a
 * service below it is starting, stopping or failed, that does not respond, or belongs to another user, is unknown.
 */
@Command(
        description = {
            "Prints the state of a daemon and the services that are not ready.",
            "Exit codes: 0 all services are ready or degraded, 1 died, 3 not running, 4 anything else."
        })
public final class StatusCommand extends DaemonCommand {
    @Option(names = "--json", description = "Prints the status as one JSON object.")
    private boolean json;

    public StatusCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        if (!daemon.isAlive()) {
            ExitCode code = daemon.diedWithoutRecord() ? ExitCode.FAILED : ExitCode.NOT_RUNNING;
            return printStatus(
                    daemon,
                    daemon.diedWithoutRecord() ? "DEAD" : "STOPPED",
                    Map.of(),
                    ExitText.of(daemon, timestampFormat()),
                    code);
        }
        if (!daemon.ownedByUser()) {
            return printStatus(daemon, "UNKNOWN", Map.of(), notPermitted(daemon), ExitCode.UNKNOWN);
        }
        Map<String, @Nullable Object> response;
        try {
            response = daemon.controlClient().read("status");
        } catch (IOException e) {
            return printStatus(daemon, "UNKNOWN", Map.of(), noResponse(daemon, e), ExitCode.UNKNOWN);
        }
        ControlResponse status = new ControlResponse(response);
        String state = status.text("state");
        return printStatus(
                daemon,
                state,
                response,
                text(daemon, status, timestampFormat()),
                isUp(status) ? ExitCode.OK : ExitCode.UNKNOWN);
    }

    /** Returns whether every service is ready or degraded. */
    static boolean isUp(ControlResponse status) {
        String treeState = status.text("treeState"); // empty in the response of an older version
        return isRunning(status.text("state")) && (treeState.isEmpty() || isRunning(treeState));
    }

    private static boolean isRunning(String state) {
        return state.equals("READY") || state.equals("DEGRADED");
    }

    private ExitCode printStatus(
            DaemonHandle daemon, String state, Map<String, @Nullable Object> response, String text, ExitCode code) {
        if (json) {
            Map<String, @Nullable Object> all =
                    new LinkedHashMap<>(daemon.daemonRecord().members());
            all.put("alive", daemon.isAlive());
            all.put("state", state);
            all.putAll(response);
            terminal().out().println(new ControlResponse(all).json());
        } else {
            terminal().out().println(text);
        }
        return code;
    }

    private static String text(DaemonHandle daemon, ControlResponse status, TimestampFormat timestampFormat) {
        StringBuilder text = new StringBuilder();
        boolean notReadyBelow = status.text("state").equals("READY")
                && !status.texts("notReady").isEmpty();
        text.append(daemon.name())
                .append(notReadyBelow ? " is not ready; its root is " : " is ")
                .append(status.text("state"));
        text.append(" for ").append(Durations.toHumanString(Duration.ofMillis(status.number("sinceMillis"))));
        text.append(" (pid ").append(daemon.daemonRecord().process().pid()).append(')');
        for (String line : status.texts("notReady")) {
            text.append("\n    ").append(line);
        }
        for (String problem : status.texts("problems")) {
            text.append("\n    problem: ").append(problem);
        }
        member(
                text,
                "target",
                daemon.daemonRecord().target() + " in " + daemon.daemonRecord().directory());
        member(text, "started", timestampFormat.format(daemon.daemonRecord().started()));
        member(text, "version", "ginkgo " + status.text("version") + ", Java " + status.text("java"));
        member(text, "configuration", status.text("configuration"));
        member(text, "log", daemon.daemonRecord().log());
        if (status.number("restarts") > 0) {
            member(
                    text,
                    "restarts",
                    status.number("restarts") + ", by supervision; see \"ginkgo tree " + daemon.name() + "\"");
        }
        member(text, "changed, effective after a restart", String.join(", ", status.texts("pendingRestart")));
        return text.toString();
    }

    private static void member(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append("\n  ").append(name).append(": ").append(value);
        }
    }
}
