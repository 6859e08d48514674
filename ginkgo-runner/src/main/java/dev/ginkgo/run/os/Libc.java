package dev.ginkgo.run.os;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Calls functions of the C library by name. A process makes about a dozen calls, so functions are looked up on each
 * call. The library functions are used instead of system calls because the system call {@code setuid} changes one
 * thread, while the function of glibc and musl changes all threads, as POSIX requires.
 *
 * <p>A call pins its carrier thread; no function called here blocks.
 */
public final class Libc {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ERANGE = 34;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final AddressLayout TEXT =
            ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Integer.MAX_VALUE, ValueLayout.JAVA_BYTE));

    private final Linker linker = Linker.nativeLinker();

    /** Result of a call: its value, and {@code errno}, which is meaningful only if the call failed. */
    public record Result(long value, int errno) {
        public boolean failed() {
            return value == -1;
        }
    }

    /** Calls a function that returns an {@code int}. Arguments are {@link Integer}, {@link Long}, {@link MemorySegment}. */
    public Result call(String function, Object... arguments) {
        return call(ValueLayout.JAVA_INT, List.of(), function, arguments);
    }

    /**
     * Calls a variadic function that returns an {@code int}.
     *
     * @param fixed the number of arguments before the variable ones
     */
    Result callVariadic(int fixed, String function, Object... arguments) {
        return call(ValueLayout.JAVA_INT, List.of(Linker.Option.firstVariadicArg(fixed)), function, arguments);
    }

    /** Calls a function that returns a {@code ssize_t}. */
    public Result callForSize(String function, Object... arguments) {
        return call(ValueLayout.JAVA_LONG, List.of(), function, arguments);
    }

    /** Calls a function that returns an {@code int}, and throws if the result is -1. */
    public int require(String function, Object... arguments) throws OsException {
        Result result = call(function, arguments);
        if (result.failed()) {
            throw exception(function, result.errno());
        }
        return Math.toIntExact(result.value());
    }

    public OsException exception(String function, int errno) {
        return new OsException(
                errno == EPERM ? OsException.Kind.PERMISSION : OsException.Kind.FAILURE,
                function + " failed: " + errorText(errno));
    }

    /** Returns the description of an {@code errno}. */
    String errorText(int errno) {
        try {
            MemorySegment text = (MemorySegment) linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("strerror"),
                            FunctionDescriptor.of(TEXT, ValueLayout.JAVA_INT))
                    .invokeWithArguments(errno);
            return text.getString(0);
        } catch (Throwable e) {
            return "errno " + errno;
        }
    }

    private Result call(MemoryLayout returned, List<Linker.Option> options, String function, Object... arguments) {
        List<Linker.Option> allOptions = new ArrayList<>(options);
        allOptions.add(Linker.Option.captureCallState("errno"));
        MemoryLayout[] layouts = Stream.of(arguments).map(Libc::layout).toArray(MemoryLayout[]::new);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            List<Object> all = new ArrayList<>(List.of(state));
            all.addAll(List.of(arguments));
            Number value = (Number) linker.downcallHandle(
                            linker.defaultLookup().findOrThrow(function),
                            FunctionDescriptor.of(returned, layouts),
                            allOptions.toArray(Linker.Option[]::new))
                    .invokeWithArguments(all);
            int errno = state.get(ValueLayout.JAVA_INT, STATE.byteOffset(PathElement.groupElement("errno")));
            return new Result(value.longValue(), errno);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot call the C library function " + function, e);
        }
    }

    private static MemoryLayout layout(Object argument) {
        return switch (argument) {
            case Integer _ -> ValueLayout.JAVA_INT;
            case Long _ -> ValueLayout.JAVA_LONG;
            case MemorySegment _ -> ValueLayout.ADDRESS;
            default -> throw new IllegalArgumentException("unsupported argument of a C function: " + argument);
        };
    }
}
