package dev.ginkgo.run.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Where lines come from: a person at a terminal, with editing and history, or a pipe. */
public interface ConsolePrompt extends AutoCloseable {
    /**
     * The next line.
     *
     * @param begun whether it goes on with what the last one has begun
     * @return empty at the end
     */
    Optional<String> nextLine(boolean begun) throws IOException;

    @Override
    void close() throws IOException;

    /** Reads lines without a word. */
    static ConsolePrompt of(BufferedReader lines) {
        return new ConsolePrompt() {
            @Override
            public Optional<String> nextLine(boolean begun) throws IOException {
                return Optional.ofNullable(lines.readLine());
            }

            @Override
            public void close() {} // standard input is not ours to close
        };
    }

    /** Reads from the terminal of this process. */
    static ConsolePrompt ofTerminal() throws IOException {
        Terminal terminal = TerminalBuilder.builder().system(true).build();
        LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
        return new ConsolePrompt() {
            @Override
            public Optional<String> nextLine(boolean begun) {
                while (true) {
                    try {
                        return Optional.of(reader.readLine(begun ? " ...> " : "root> "));
                    } catch (UserInterruptException e) {
                        begun = false; // Ctrl-C takes back what was typed
                    } catch (EndOfFileException e) {
                        return Optional.empty();
                    }
                }
            }

            @Override
            public void close() throws IOException {
                terminal.close();
            }
        };
    }
}
