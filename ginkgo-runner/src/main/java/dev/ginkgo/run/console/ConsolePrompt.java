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

/** Source of console input: a terminal with line editing and history, or a pipe. */
public interface ConsolePrompt extends AutoCloseable {
    /**
     * Returns the next line, or empty at the end of the input.
     *
     * @param continued whether the line continues an incomplete snippet
     */
    Optional<String> nextLine(boolean continued) throws IOException;

    @Override
    void close() throws IOException;

    /** Returns a prompt that reads lines and prints nothing. */
    static ConsolePrompt of(BufferedReader lines) {
        return new ConsolePrompt() {
            @Override
            public Optional<String> nextLine(boolean continued) throws IOException {
                return Optional.ofNullable(lines.readLine());
            }

            @Override
            public void close() {} // standard input belongs to the process
        };
    }

    /** Returns a prompt on the terminal of this process. */
    static ConsolePrompt ofTerminal() throws IOException {
        Terminal terminal = TerminalBuilder.builder().system(true).build();
        LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
        return new ConsolePrompt() {
            @Override
            public Optional<String> nextLine(boolean continued) {
                while (true) {
                    try {
                        return Optional.of(reader.readLine(continued ? " ...> " : "root> "));
                    } catch (UserInterruptException e) {
                        continued = false; // Ctrl-C discards the input
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
