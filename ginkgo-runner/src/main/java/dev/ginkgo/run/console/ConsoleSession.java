package dev.ginkgo.run.console;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.Service;
import dev.ginkgo.run.daemon.ControlServer;
import dev.ginkgo.run.program.UserClassLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.VarSnippet;
import jdk.jshell.execution.LoaderDelegate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Session with a JShell in this process. A request has a {@code source}; its response has the resulting {@code text},
 * and {@code complete}, which is false if the snippet needs more lines. Or it has a line to {@code complete} and a {@code
 * cursor}; its response has {@code proposals} for the text between {@code anchor} and the cursor. Snippets have the permissions of the
 * process and share its standard output. Confined to the thread of its connection, which also runs the snippets.
 */
public final class ConsoleSession implements ControlServer.Session {
    private static final List<String> PRELUDE = List.of(
            "import dev.ginkgo.*;",
            "import dev.ginkgo.config.*;",
            "import dev.ginkgo.lifecycle.*;",
            "import java.time.*;",
            "import java.util.*;");
    private static final String ROOT = "dev.ginkgo.run.console.SnippetContext.root()";

    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final int MAX_PROPOSALS = 200;

    private final JShell shell;
    private String pendingSource = "";

    private final Optional<Path> stubs;

    /**
     * @param root value of the variable {@code root}
     * @param loader loader of the user's classes
     * @param number number of the session, unique in this process
     * @throws IOException if the types of the program cannot be made available to the compiler
     */
    public ConsoleSession(Service root, ClassLoader loader, long number) throws IOException {
        Class<?> type = root.getClass();
        // The class of a single-file service. Others are named by their package, if they are on the class path.
        boolean unnamedPackage = type.getPackageName().isEmpty() && type.getCanonicalName() != null;
        LoaderDelegate delegate = unnamedPackage && type.getClassLoader() instanceof UserClassLoader userClassLoader
                ? new RootPackageLoader(userClassLoader, number)
                : new SnippetClassLoader(loader);
        boolean typed = delegate instanceof RootPackageLoader;
        shell = JShell.builder()
                .executionEngine(new InProcessExecution(root, delegate), Map.of())
                .build();
        stubs = typed ? Optional.of(writeStubs(type)) : Optional.empty();
        stubs.map(Path::toString).ifPresent(shell::addToClasspath);
        PRELUDE.forEach(shell::eval);
        String name = String.valueOf(typed ? type.getCanonicalName() : "Service");
        shell.eval(name + " root = (" + name + ") " + ROOT + ";");
    }

    private static Path writeStubs(Class<?> type) throws IOException {
        Path folder = Files.createTempDirectory("ginkgo-console");
        Path classes = Files.createDirectory(folder.resolve(RootPackageLoader.SNIPPET_PACKAGE));
        for (Map.Entry<String, byte[]> stub : PackageStubs.of(type).entrySet()) {
            Files.write(classes.resolve(stub.getKey() + ".class"), stub.getValue());
        }
        return folder;
    }

    @Override
    public Map<String, @Nullable Object> handle(Map<String, @Nullable Object> request) {
        if (request.get("complete") instanceof String line && request.get("cursor") instanceof Long cursor) {
            return complete(line, cursor.intValue());
        }
        if (!(request.get("source") instanceof String source)) {
            throw new IllegalArgumentException("expected {\"source\":\"…\"}, or {\"complete\":\"…\",\"cursor\":0}");
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

    /** Returns proposals for the text before the cursor, of the expected type if there are some. */
    private Map<String, @Nullable Object> complete(String line, int cursor) {
        String before = pendingSource.isEmpty() ? "" : pendingSource + "\n";
        int[] anchor = {0};
        List<SourceCodeAnalysis.Suggestion> all =
                shell.sourceCodeAnalysis().completionSuggestions(before + line, before.length() + cursor, anchor);
        boolean expected = all.stream().anyMatch(SourceCodeAnalysis.Suggestion::matchesType);
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put("anchor", (long) Math.max(0, anchor[0] - before.length()));
        response.put(
                "proposals",
                all.stream()
                        .filter(each -> each.matchesType() || !expected)
                        .map(SourceCodeAnalysis.Suggestion::continuation)
                        .distinct()
                        .limit(MAX_PROPOSALS)
                        .toList());
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
        stubs.ifPresent(ConsoleSession::delete);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warn("cannot delete {}, the temporary folder of a console", folder, e);
        }
    }
}
