package dev.ginkgo.run;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code ginkgo version}. */
@Command(description = "Prints the versions of ginkgo and of Java.")
final class VersionCommand implements Callable<Integer> {
    private final Terminal terminal;

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().println("ginkgo " + GinkgoVersion.text() + ", Java " + Runtime.version());
        return ExitCode.OK.number();
    }
}
