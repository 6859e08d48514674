package dev.ginkgo.hub.delivery.sender;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;

/** A filter of the system calls of this process (seccomp), as that of a container. */
final class SystemCallFilter {
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int SECCOMP_FILTER_FLAG_TSYNC = 1;
    private static final int LOAD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_SET = 0x45;
    private static final int RETURN = 0x06;
    private static final int NUMBER = 0; // offsets of the data of a call
    private static final int FLAGS = 40;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int ALLOW = 0x7fff0000;
    private static final int FAIL = 0x00050000;

    private SystemCallFilter() {}

    /**
     * From now on {@code sendto(2)}, with which the C library implements {@code send}, fails with {@code EPERM} if it has the
     * flag of {@link NativeSend}. Netty uses it without.
     */
    static void forbidSend() throws Throwable {
        boolean x86 = System.getProperty("os.arch").equals("amd64");
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocate(6 * 8, 8);
            instruction(filter, 0, LOAD, 0, NUMBER);
            instruction(filter, 1, JUMP_IF_EQUAL, 3, x86 ? 44 : 206);
            instruction(filter, 2, LOAD, 0, FLAGS);
            instruction(filter, 3, JUMP_IF_SET, 1, MSG_DONTWAIT);
            instruction(filter, 4, RETURN, 0, FAIL | SendCall.EPERM);
            instruction(filter, 5, RETURN, 0, ALLOW);
            MemorySegment program = arena.allocate(16, 8);
            program.set(JAVA_SHORT, 0, (short) 6);
            program.set(JAVA_LONG, 8, filter.address());
            FunctionDescriptor function =
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
            var prctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"), function);
            var syscall = linker.downcallHandle(linker.defaultLookup().findOrThrow("syscall"), function);
            require((int) (long) prctl.invokeExact((long) PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
            require((int) (long) syscall.invokeExact(
                    x86 ? 317L : 277L,
                    (long) SECCOMP_SET_MODE_FILTER,
                    (long) SECCOMP_FILTER_FLAG_TSYNC,
                    program.address(),
                    0L));
        }
    }

    private static void require(int result) {
        if (result != 0) {
            throw new IllegalStateException("the filter cannot be installed: " + result);
        }
    }

    /**
     * Writes an instruction.
     *
     * @param ifNot how many instructions are skipped if its condition is false
     */
    private static void instruction(MemorySegment filter, int index, int code, int ifNot, int operand) {
        long offset = index * 8L;
        filter.set(JAVA_SHORT, offset, (short) code);
        filter.set(JAVA_BYTE, offset + 2, (byte) 0);
        filter.set(JAVA_BYTE, offset + 3, (byte) ifNot);
        filter.set(JAVA_INT, offset + 4, operand);
    }
}
