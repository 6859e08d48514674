package dev.ginkgo.run.console;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.Service;
import dev.ginkgo.run.daemon.ControlServer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.VarSnippet;
import org.jspecify.annotations.Nullable;

/**
 * Session with a JShell in this process. Each request has a {@code source}; each response has the resulting {@code
 * text}, and {@code complete}, which is false if the snippet needs more lines. Snippets have the permissions of the
 * process and share its standard output. Confined to the thread of its connection, which also runs the snippets.
 */
public final class ConsoleSession implements ControlServer.Session {
    private static final List<String> PRELUDE = List.of(
            "import dev.ginkgo.*;",
            "import dev.ginkgo.config.*;",
            "import dev.ginkgo.lifecycle.*;",
            "import java.time.*;",
            "import java.util.*;",
            "Service root = dev.ginkgo.run.console.SnippetContext.root();");

    private final JShell shell;
    private String pendingSource = "";

    /**
     * @param root value of the variable {@code root}
     * @param loader loader of the user's classes
     */
    public ConsoleSession(Service root, ClassLoader loader) {
        shell = JShell.builder()
                .executionEngine(new InProcessExecution(root, loader), Map.of())
                .build();
        PRELUDE.forEach(shell::eval);
    }

    @Override
    public Map<String, @Nullable Object> handle(Map<String, @Nullable Object> request) {
        if (!(request.get("source") instanceof String source)) {
            throw new IllegalArgumentException("expected {\"source\":\"…\"}");
        }
        StringBuilder text = new StringBuilder();
        String remaining = pendingSource.isEmpty() ? source : pendingSource + "\n" + source;
        pendingSource = "";
        boolean complete = true;
        while (!remaining.isBlank()) {
            SourceCodeAnalysis.CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(remaining);
            complete =
                    next.completeness().isComplete() || next.completeness() == SourceCodeAnalysis.Completeness.UNKNOWN;
            if (!complete) {
                pendingSource = remaining;
                break;
            }
            shell.eval(next.source() == null ? remaining : next.source()).forEach(event -> append(event, text));
            remaining = next.source() == null ? "" : next.remaining();
        }
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put("text", text.toString());
        response.put("complete", complete);
        return response;
    }

    private void append(SnippetEvent event, StringBuilder text) {
        if (event.causeSnippet() != null) {
            return; // an earlier snippet that was updated as a consequence
        }
        if (event.status() == Snippet.Status.REJECTED) {
            shell.diagnostics(event.snippet())
                    .map(each -> each.getMessage(Locale.ROOT))
                    .forEach(each -> line(text, each));
        } else if (event.exception() != null) {
            line(text, thrown(event.exception()));
        } else if (event.value() != null && !event.value().isEmpty()) {
            line(text, name(event.snippet()) + " ==> " + event.value());
        }
    }

    private static String thrown(JShellException e) {
        String type = e instanceof EvalException thrown ? thrown.getExceptionClassName() : "an exception";
        String stack = Arrays.stream(e.getStackTrace())
                .map(frame -> "\n    at " + frame)
                .collect(joining());
        return type + ": " + e.getMessage() + stack;
    }

    private static String name(Snippet snippet) {
        return switch (snippet) {
            case VarSnippet variable -> variable.name();
            case ExpressionSnippet expression -> expression.name();
            default -> "";
        };
    }

    private static void line(StringBuilder text, String line) {
        text.append(text.isEmpty() ? "" : "\n").append(line);
    }

    @Override
    public void close() {
        shell.close();
    }
}
