package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.LaunchRecord;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Check that a daemon would start again, made before it is stopped. It runs in a separate process, because the
 * arguments and the program have to be resolved in the daemon's folder.
 */
final class RestartPreflight {
    private final LaunchRecord launchRecord;

    RestartPreflight(LaunchRecord launchRecord) {
        this.launchRecord = launchRecord;
    }

    /**
     * Runs the check; errors are printed on standard error.
     *
     * @throws CommandException if the start would fail, with the exit code that it would have
     */
    void check(DaemonHandle daemon) {
        String unaffected = daemon.label() + " is still running; nothing was stopped";
        if (!Files.isDirectory(launchRecord.directory())) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    "the folder that it was started in does not exist: " + launchRecord.directory() + ". "
                            + unaffected);
        }
        int code;
        try {
            code = process().waitFor();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.SOFTWARE, "cannot run the preflight check: " + e.getMessage() + ". " + unaffected);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.INTERRUPTED, unaffected);
        }
        if (code != 0) {
            throw new CommandException(ExitCode.ofNumber(code), unaffected);
        }
    }

    private Process process() throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("ginkgo.launcher", "ginkgo"), "preflight"));
        command.addAll(launchRecord.arguments());
        return new ProcessBuilder(command)
                .directory(launchRecord.directory().toFile())
                .redirectInput(Redirect.INHERIT)
                .redirectOutput(Redirect.DISCARD) // the script parses standard output
                .redirectError(Redirect.INHERIT)
                .start();
    }
}
