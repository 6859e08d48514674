package dev.ginkgo.run.cli;

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
 * Finds what would be refused when a daemon is started again, before it is stopped. In a process of its own: the
 * words, and the program that they name, are to be read in the daemon's folder.
 */
final class RestartPreflight {
    private final LaunchRecord launchRecord;

    RestartPreflight(LaunchRecord launchRecord) {
        this.launchRecord = launchRecord;
    }

    /**
     * Says on standard error what is wrong.
     *
     * @throws CommandException if anything is, with the exit code that the start would have
     */
    void check(DaemonHandle daemon) {
        String goesOn = daemon.label() + " runs on; nothing was stopped";
        if (!Files.isDirectory(launchRecord.directory())) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    launchRecord.directory() + ", the folder that it was started in, is not there. " + goesOn);
        }
        int code;
        try {
            code = process().waitFor();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.SOFTWARE, "the start cannot be tried: " + e.getMessage() + ". " + goesOn);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.INTERRUPTED, goesOn);
        }
        if (code != 0) {
            throw new CommandException(ExitCode.ofNumber(code), goesOn);
        }
    }

    private Process process() throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("ginkgo.launcher", "ginkgo"), "rehearse"));
        command.addAll(launchRecord.arguments());
        return new ProcessBuilder(command)
                .directory(launchRecord.directory().toFile())
                .redirectInput(Redirect.INHERIT)
                .redirectOutput(Redirect.DISCARD) // ours is read by the script
                .redirectError(Redirect.INHERIT)
                .start();
    }
}
