package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.cli.option.PastInstantConverter;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.DaemonRegistration;
import dev.ginkgo.run.daemon.LaunchRecord;
import dev.ginkgo.run.log.LogReader;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo log}. The launcher script implements {@code -f} with tail(1), so that no JVM runs while it waits. */
@Command(description = "Prints the log of a daemon, also of one that has stopped.")
public final class LogCommand extends DaemonCommand {
    private static final long FOLLOWED_LINES = 10;

    @Option(
            names = {"-f", "--follow"},
            description = "Prints the last 10 lines, or those selected, then new lines as they are written, across"
                    + " rotations.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "Prints the last N lines, also from rotated files.")
    private @Nullable Long lines;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = PastInstantConverter.class,
            description = "Prints the lines since an age (10m), a time of day (14:38), or a time such as"
                    + " \"2026-11-25 14:38\", also from rotated files.")
    private @Nullable Instant since;

    @Option(names = "--follow-plan", hidden = true, description = "Prints the arguments of tail(1) for --follow.")
    private boolean followPlan;

    @Option(names = "--path", description = "Prints only the path of the log.")
    private boolean path;

    public LogCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        if (daemon.daemonRecord().log().isEmpty()) {
            throw noLog(daemon);
        }
        if (path) {
            terminal().out().println(daemon.daemonRecord().log());
            return ExitCode.OK;
        }
        if (lines != null && lines < 0) {
            throw usageError("--lines must not be negative");
        }
        LogReader logReader = new LogReader(Path.of(daemon.daemonRecord().log()), ZoneId.systemDefault());
        try {
            if (followPlan) {
                terminal()
                        .out()
                        .println(firstLine(logReader) + " "
                                + daemon.daemonRecord().log());
                return ExitCode.OK;
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        if (follow) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "-f needs the launcher script ginkgo; use tail -F "
                            + daemon.daemonRecord().log() + " instead");
        }
        try {
            for (LogReader.Part part : parts(logReader)) {
                part.copyTo(terminal().out());
            }
            terminal().out().flush();
            return ExitCode.OK;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private List<LogReader.Part> parts(LogReader logReader) throws IOException {
        if (lines == null) {
            return since == null ? logReader.current() : logReader.since(since);
        }
        return LogReader.last(lines, since == null ? logReader.all() : logReader.since(since));
    }

    /** Returns the value of {@code tail -n} for the current file: a number of last lines, or {@code +} and a line number. */
    private String firstLine(LogReader logReader) throws IOException {
        if (since == null) {
            return Long.toString(lines == null ? FOLLOWED_LINES : lines);
        }
        LogReader.Part last = parts(logReader).getLast();
        return "+" + last.lineNumber();
    }

    private static CommandException unreadable(IOException e) {
        return new CommandException(ExitCode.CONFIGURATION, "cannot read the log: " + DaemonRegistration.describe(e));
    }

    private static CommandException noLog(DaemonHandle daemon) {
        if (LaunchRecord.read(daemon.file()).isEmpty()) {
            return new CommandException(
                    ExitCode.CONFIGURATION, daemon.name() + " has no log file; it writes to its terminal");
        }
        return daemon.isAlive()
                ? new CommandException(
                        ExitCode.TIMEOUT,
                        daemon.label() + " has just been started and has not opened its log yet; try again")
                : new CommandException(
                        ExitCode.CONFIGURATION,
                        daemon.name() + " exited before it opened its log; for the reason see \"ginkgo status "
                                + daemon.name() + "\"");
    }
}
