package dev.ginkgo.run.log;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Redirects the file descriptors of standard output and error. Output of the program, of the JVM itself (thread
 * dumps, fatal errors) and of native code then goes to one file; {@code System.setOut} would redirect only the first.
 * The calls are open(2), dup2(2) and close(2).
 */
public final class StandardStreams {
    private static final int OUT = 1;
    private static final int ERR = 2;
    private static final int MODE = 0640;

    private final Linker linker = Linker.nativeLinker();
    private final boolean mac =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac");

    /**
     * Redirects both to the end of a file, which is created if necessary.
     *
     * @throws IOException if the file cannot be opened; nothing is changed then
     */
    public void appendTo(Path file) throws IOException {
        int writeOnlyAppendCreate = mac ? 0x1 | 0x8 | 0x200 : 0x1 | 0x400 | 0x40;
        MethodHandle open = function(
                "open",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(file.toAbsolutePath().toString());
            int opened = call(open, path, writeOnlyAppendCreate, MODE);
            if (opened < 0) {
                throw new IOException("cannot open " + file + " for appending; check its folder and mode");
            }
            MethodHandle dup2 = function("dup2", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
            boolean redirected = call(dup2, opened, OUT) == OUT && call(dup2, opened, ERR) == ERR;
            close(opened);
            if (!redirected) {
                throw new IOException("cannot redirect standard output and error to " + file);
            }
        }
    }

    /** Closes an inherited file descriptor. */
    public void close(int descriptor) {
        call(function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)), descriptor);
    }

    private MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    private static int call(MethodHandle function, Object... arguments) {
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot call a function of the C library", e);
        }
    }
}
