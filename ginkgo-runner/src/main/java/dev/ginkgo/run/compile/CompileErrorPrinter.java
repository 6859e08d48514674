package dev.ginkgo.run.compile;

import dev.ginkgo.run.output.CommandContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;

/**
 * Formats compile errors in the form that terminals and editors recognize, location first:
 *
 * <pre>
 * Hello.java:7:9: error: cannot find symbol
 *         mesage.get();
 *         ^
 *   symbol:   variable mesage
 *   location: class Hello
 * </pre>
 */
final class CompileErrorPrinter {
    private static final String NO_MAIN = "compiler.err.implicit.class.does.not.have.main.method";

    private final CommandContext commandContext;

    CompileErrorPrinter(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    static boolean any(List<Diagnostic<? extends JavaFileObject>> diagnostics) {
        return diagnostics.stream().anyMatch(CompileErrorPrinter::isError);
    }

    /** Returns every error in the compiler's order, and their number. */
    String render(Path file, List<Diagnostic<? extends JavaFileObject>> diagnostics) {
        List<Diagnostic<? extends JavaFileObject>> errors =
                diagnostics.stream().filter(CompileErrorPrinter::isError).toList();
        String all = errors.stream().map(error -> one(file, error)).collect(Collectors.joining(System.lineSeparator()));
        String count = errors.size() == 1 ? "1 error" : errors.size() + " errors";
        return all + System.lineSeparator() + count + " in " + commandContext.displayPath(file)
                + "; nothing was started.";
    }

    private String one(Path file, Diagnostic<? extends JavaFileObject> error) {
        List<String> message = error.getMessage(Locale.ROOT).lines().toList();
        JavaFileObject source = error.getSource();
        StringBuilder text = new StringBuilder();
        Optional<Line> line = source == null ? Optional.empty() : line(source, error);
        if (source != null) {
            text.append(commandContext.displayPath(Path.of(source.toUri())));
            line.ifPresent(at ->
                    text.append(':').append(error.getLineNumber()).append(':').append(at.column() + 1));
            text.append(": ");
        }
        text.append("error: ").append(message.isEmpty() ? error.getCode() : message.getFirst());
        line.ifPresent(at -> append(text, at.text()));
        line.ifPresent(at -> append(text, at.caret()));
        message.stream().skip(1).forEach(detail -> append(text, detail));
        if (NO_MAIN.equals(error.getCode())) {
            String name = String.valueOf(file.getFileName()).replace(".java", "");
            append(
                    text,
                    "  A file with fields or methods outside of a class is a compact source file, whose classes ginkgo");
            append(text, "  cannot instantiate. Move them into \"class " + name + " extends Service\", or add");
            append(text, "  \"void main()\" and start the service there.");
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String line) {
        text.append(System.lineSeparator()).append(line);
    }

    /** Returns the line of an error. javac's own column number counts a tab as eight columns, which editors do not. */
    private static Optional<Line> line(JavaFileObject source, Diagnostic<?> error) {
        if (error.getPosition() == Diagnostic.NOPOS) {
            return Optional.empty();
        }
        try {
            String content = source.getCharContent(true).toString();
            int at = (int) Math.min(error.getPosition(), content.length());
            int begin = at;
            while (begin > 0 && !isBreak(content.charAt(begin - 1))) {
                begin--;
            }
            int end = at;
            while (end < content.length() && !isBreak(content.charAt(end))) {
                end++;
            }
            return Optional.of(new Line(content.substring(begin, end), at - begin));
        } catch (IOException e) {
            return Optional.empty(); // the file changed since it was compiled; the message alone still helps
        }
    }

    private static boolean isBreak(char c) {
        return c == '\n' || c == '\r';
    }

    private static boolean isError(Diagnostic<?> diagnostic) {
        return diagnostic.getKind() == Diagnostic.Kind.ERROR;
    }

    private record Line(String text, int column) {
        /** Returns a caret below the column; tabs are kept so that it lines up in the terminal. */
        String caret() {
            return text.substring(0, column).replaceAll("[^\t]", " ") + "^";
        }
    }
}
