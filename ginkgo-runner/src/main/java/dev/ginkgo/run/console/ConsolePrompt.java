package dev.ginkgo.run.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
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

    /** Source of proposals for the current input. */
    interface Completion {
        /**
         * Returns proposals.
         *
         * @param line the line
         * @param cursor the position of the cursor in it
         */
        Proposals complete(String line, int cursor);
    }

    /**
     * Proposals for the text between {@code anchor} and the cursor.
     *
     * @param anchor position in the line; 0 if there are no proposals
     */
    record Proposals(int anchor, List<String> texts) {}

    /**
     * Returns a prompt on the terminal of this process.
     *
     * @param completion called when the user presses Tab
     */
    static ConsolePrompt ofTerminal(Completion completion) throws IOException {
        Terminal terminal = TerminalBuilder.builder().system(true).build();
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]))
                .completer((_, line, candidates) -> addCandidates(completion, line, candidates))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true) // "!" is an operator of Java
                .build();
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

    private static void addCandidates(Completion completion, ParsedLine line, List<Candidate> candidates) {
        Proposals proposals = completion.complete(line.line(), line.cursor());
        // JLine replaces the whole word before the cursor, such as "root.sta"; the proposal is for its last part.
        int wordStart = line.cursor() - line.wordCursor();
        if (proposals.anchor < wordStart) {
            return;
        }
        String unchanged = line.line().substring(wordStart, proposals.anchor);
        for (String text : proposals.texts) {
            candidates.add(new Candidate(unchanged + text, text, null, null, null, null, false));
        }
    }
}
