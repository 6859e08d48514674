package dev.ginkgo.run.console;

import dev.ginkgo.run.output.ControlResponse;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads lines from a prompt, sends them to the console of a daemon, and prints the results. */
public final class ConsoleLoop {
    private static final Pattern COMMAND = Pattern.compile("/[a-z]+");
    private static final String HELP = """
        Type Java: expressions, statements, declarations and imports. Tab completes.

          root                          the root service; its type is that of the service
          root.status()                 its state, and that of its children
          Ginkgo.findAll(root, X.class) the services of a class

        Output of snippets goes to the daemon's log; the value of an expression is printed here.
        Imported are dev.ginkgo.*, its packages config and lifecycle, java.time.* and java.util.*.

          /help                         prints this help
          /exit, Ctrl-D                 ends the session; what was declared is forgotten\
        """;

    private final Requests requests;
    private final PrintStream out;

    /** Sends requests to the session in the daemon. */
    public interface Requests {
        /** Sends a request and waits for the response. */
        Map<String, @Nullable Object> send(Map<String, ?> request) throws IOException;
    }

    /**
     * @param out receives the results
     */
    public ConsoleLoop(Requests requests, PrintStream out) {
        this.requests = requests;
        this.out = out;
    }

    /** Runs until {@code /exit} or the end of the input. */
    public void run(ConsolePrompt consolePrompt) throws IOException {
        boolean incomplete = false;
        for (Optional<String> line = consolePrompt.nextLine(false);
                line.isPresent();
                line = consolePrompt.nextLine(incomplete)) {
            String command = line.get().strip();
            if (!COMMAND.matcher(command).matches()) {
                incomplete = !evaluate(line.get());
                continue;
            }
            switch (command) {
                case "/exit" -> {
                    return;
                }
                case "/help" -> out.println(HELP);
                default -> out.println("unknown command " + command + "; /help lists the commands");
            }
        }
    }

    /** Evaluates a line, and returns whether the snippet is complete. */
    private boolean evaluate(String line) throws IOException {
        ControlResponse response = new ControlResponse(requests.send(Map.of("source", line)));
        if (!response.text("text").isEmpty()) {
            out.println(response.text("text"));
        }
        return response.isTrue("complete");
    }

    /** Returns proposals for the current input; none if the daemon does not respond or is of an older version. */
    public ConsolePrompt.Proposals complete(String line, int cursor) {
        try {
            ControlResponse response = new ControlResponse(requests.send(Map.of("complete", line, "cursor", cursor)));
            return new ConsolePrompt.Proposals((int) response.number("anchor"), response.texts("proposals"));
        } catch (IOException e) {
            return new ConsolePrompt.Proposals(0, List.of()); // the next line reports the error
        }
    }
}
