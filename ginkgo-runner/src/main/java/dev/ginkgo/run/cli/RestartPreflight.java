package dev.ginkgo.run;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what would be refused when a daemon is started again, before it is stopped. In a process of its own: the
 * words, and the program that they name, are to be read in the daemon's folder.
 */
final class Rehearsal {
    private final Beginnings beginnings;

    Rehearsal(Beginnings beginnings) {
        this.beginnings = beginnings;
    }

    /**
     * Says on standard error what is wrong.
     *
     * @throws Refusal if anything is, with the exit code that the start would have
     */
    void of(Found daemon) {
        String goesOn = daemon.shortly() + " runs on; nothing was stopped";
        if (!Files.isDirectory(beginnings.directory())) {
            throw new Refusal(
                    ExitCode.CONFIGURATION,
                    beginnings.directory() + ", the folder that it was started in, is not there. " + goesOn);
        }
        int code;
        try {
            code = process().waitFor();
        } catch (IOException e) {
            throw new Refusal(ExitCode.SOFTWARE, "the start cannot be tried: " + e.getMessage() + ". " + goesOn);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(ExitCode.INTERRUPTED, goesOn);
        }
        if (code != 0) {
            throw new Refusal(ExitCode.of(code), goesOn);
        }
    }

    private Process process() throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("ginkgo.launcher", "ginkgo"), "rehearse"));
        command.addAll(beginnings.words());
        return new ProcessBuilder(command)
                .directory(beginnings.directory().toFile())
                .redirectInput(Redirect.INHERIT)
                .redirectOutput(Redirect.DISCARD) // ours is read by the script
                .redirectError(Redirect.INHERIT)
                .start();
    }
}
