package dev.ginkgo.run.cli.daemon;

import java.io.Console;
import java.util.Optional;

/** Question to the user, before a command changes something that cannot simply be undone. */
@FunctionalInterface
public interface Prompt {
    /** Prints a question and returns the answer; empty if there is no terminal, or no answer. */
    Optional<String> ask(String question);

    /** Returns the prompt on the terminal of this process. */
    static Prompt ofTerminal() {
        return question -> Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .flatMap(console -> Optional.ofNullable(console.readLine("%s [y/N] ", question)));
    }
}
