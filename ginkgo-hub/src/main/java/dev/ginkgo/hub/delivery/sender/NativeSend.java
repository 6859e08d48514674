package dev.ginkgo.hub.delivery.sender;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * {@code send(2)} of the C library. Initializing this class links the function, which takes up to 100 ms, and throws an
 * error if that is not possible. The handles are constants, so that the compiler inlines the call: it costs about 15 ns more
 * than in C.
 *
 * <p>A call does not read {@code errno}, which would cost as much again. After a failure, the call is repeated by a handle
 * that does; the outcome of the repetition is the result. A thread in the call does not delay a safepoint.
 */
final class NativeSend implements SendCall {
    /** {@code MSG_DONTWAIT | MSG_NOSIGNAL} of Linux. */
    private static final int FLAGS = 0x40 | 0x4000;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));
    private static final MethodHandle SEND = link();
    private static final MethodHandle SEND_WITH_ERRNO = link(Linker.Option.captureCallState("errno"));

    private static MethodHandle link(Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        // An address is passed as a long: both are integers in the calling conventions of 64-bit Linux.
        FunctionDescriptor function = FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT);
        return linker.downcallHandle(linker.defaultLookup().findOrThrow("send"), function, options);
    }

    @Override
    public long send(int descriptor, long address, long length) {
        long sent;
        try {
            sent = (long) SEND.invokeExact(descriptor, address, length, FLAGS);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot call send(2)", e);
        }
        return sent < 0 ? sendWithErrno(descriptor, address, length) : sent;
    }

    private static long sendWithErrno(int descriptor, long address, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long sent = (long) SEND_WITH_ERRNO.invokeExact(state, descriptor, address, length, FLAGS);
            return sent < 0 ? -state.get(ValueLayout.JAVA_INT, ERRNO) : sent;
        } catch (Throwable e) {
            throw new IllegalStateException("cannot call send(2)", e);
        }
    }
}
