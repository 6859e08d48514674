package dev.ginkgo.run.output;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Formats exceptions for the author of the service: the message, the frames of user code with the source line of
 * the first, and the number of frames of ginkgo and the JDK.
 *
 * <pre>
 * hello did not start: no luck
 * Caused by: IllegalStateException: no luck
 *     at Hello.onStart(Hello.java:12)
 *         throw new IllegalStateException("no luck");
 *     … 7 frames of ginkgo and the JDK (--stack-traces shows them)
 * </pre>
 */
public final class ExceptionPrinter {
    /** Name of the class loader of the user's classes, as it appears in stack frames. */
    public static final String USER_CLASS_LOADER_NAME = "user";

    private static final int MAX_FRAMES = 12;

    private final boolean stackTraces;
    private final SourceLines sourceLines;

    /**
     * @param stackTraces whether to print complete stack traces, as the JDK does
     */
    public ExceptionPrinter(boolean stackTraces, SourceLines sourceLines) {
        this.stackTraces = stackTraces;
        this.sourceLines = sourceLines;
    }

    public String render(Throwable failure) {
        if (stackTraces) {
            StringWriter text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            return text.toString().stripTrailing();
        }
        List<String> lines = new ArrayList<>();
        append(lines, "", failure, new StackTraceElement[0], Collections.newSetFromMap(new IdentityHashMap<>()));
        return String.join(System.lineSeparator(), lines);
    }

    private void append(
            List<String> lines, String caption, Throwable t, StackTraceElement[] enclosing, Set<Throwable> seen) {
        if (!seen.add(t)) {
            return;
        }
        lines.add(caption + message(t));
        StackTraceElement[] trace = t.getStackTrace();
        frames(lines, List.of(trace).subList(0, trace.length - commonFrames(trace, enclosing)), isGinkgoException(t));
        Throwable cause = t.getCause();
        if (cause != null) {
            append(lines, "Caused by: ", cause, trace, seen);
        }
        for (Throwable suppressed : t.getSuppressed()) {
            append(lines, "Suppressed: ", suppressed, trace, seen);
        }
    }

    private void frames(List<String> lines, List<StackTraceElement> trace, boolean ginkgoException) {
        List<StackTraceElement> own =
                trace.stream().filter(frame -> !isFolded(frame)).toList();
        boolean first = true;
        for (StackTraceElement frame : own.subList(0, Math.min(MAX_FRAMES, own.size()))) {
            lines.add("    at " + frame.getClassName() + "." + frame.getMethodName() + "(" + location(frame) + ")");
            if (first) {
                sourceLines.line(frame).ifPresent(line -> lines.add("        " + line));
                first = false;
            }
        }
        if (own.size() > MAX_FRAMES) {
            lines.add("    … " + (own.size() - MAX_FRAMES) + " more frames (--stack-traces shows them)");
        }
        int folded = trace.size() - own.size();
        // The frames of a Ginkgo exception alone do not help the user.
        if (folded > 0 && !(ginkgoException && own.isEmpty())) {
            lines.add("    … " + (folded == 1 ? "1 frame" : folded + " frames")
                    + " of ginkgo and the JDK (--stack-traces shows them)");
        }
    }

    /** Omits the class name of Ginkgo's own exceptions, whose messages are sentences. */
    private static String message(Throwable t) {
        String message = t.getMessage();
        if (message == null || message.isBlank()) {
            return t.getClass().getSimpleName();
        }
        return isGinkgoException(t) ? message : t.getClass().getSimpleName() + ": " + message;
    }

    private static String location(StackTraceElement frame) {
        String file = frame.getFileName() == null ? "unknown source" : frame.getFileName();
        return frame.getLineNumber() < 0 ? file : file + ":" + frame.getLineNumber();
    }

    private static boolean isGinkgoException(Throwable t) {
        return t.getClass().getName().startsWith("dev.ginkgo.")
                && !isUserLoader(t.getClass().getClassLoader());
    }

    private static boolean isUserLoader(@Nullable ClassLoader loader) {
        return loader != null && USER_CLASS_LOADER_NAME.equals(loader.getName());
    }

    private static boolean isFolded(StackTraceElement frame) {
        String module = frame.getModuleName();
        if (module != null) {
            return module.startsWith("java.") || module.startsWith("jdk.");
        }
        String name = frame.getClassName();
        if (name.contains("$$Lambda")) {
            return true; // generated class; the body of the lambda has its own frame
        }
        return !USER_CLASS_LOADER_NAME.equals(frame.getClassLoaderName())
                && (name.startsWith("dev.ginkgo.") || name.startsWith("picocli."));
    }

    private static int commonFrames(StackTraceElement[] trace, StackTraceElement[] enclosing) {
        int n = 0;
        while (n < trace.length
                && n < enclosing.length
                && trace[trace.length - 1 - n].equals(enclosing[enclosing.length - 1 - n])) {
            n++;
        }
        return n;
    }
}
