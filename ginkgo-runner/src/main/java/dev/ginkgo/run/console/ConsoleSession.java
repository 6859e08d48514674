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
 * One conversation with a JShell in this process: each request has a {@code source}, each answer the {@code text} that
 * came of it, or {@code complete} as false where more has to come. Snippets have the rights of the process; what they
 * print goes where the process prints. For the thread of its connection, on which snippets run.
 */
public final class ConsoleSession implements ControlServer.Conversation {
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
     * @param root what {@code root} is
     * @param loader of the user's classes
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
            throw new IllegalArgumentException("a console is told {\"source\":\"…\"}");
        }
        StringBuilder text = new StringBuilder();
        String left = pendingSource.isEmpty() ? source : pendingSource + "\n" + source;
        pendingSource = "";
        boolean complete = true;
        while (!left.isBlank()) {
            SourceCodeAnalysis.CompletionInfo read = shell.sourceCodeAnalysis().analyzeCompletion(left);
            complete =
                    read.completeness().isComplete() || read.completeness() == SourceCodeAnalysis.Completeness.UNKNOWN;
            if (!complete) {
                pendingSource = left;
                break;
            }
            shell.eval(read.source() == null ? left : read.source()).forEach(event -> append(event, text));
            left = read.source() == null ? "" : read.remaining();
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("text", text.toString());
        answer.put("complete", complete);
        return answer;
    }

    private void append(SnippetEvent event, StringBuilder text) {
        if (event.causeSnippet() != null) {
            return; // something that was defined before, and follows
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
