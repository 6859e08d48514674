package dev.ginkgo.run.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Users and groups by name or number, from wherever the machine keeps them ({@code nsswitch.conf}). The layouts are
 * those of Linux on 64 bits, of glibc and musl alike.
 */
final class UserDatabase {
    private static final long UID = 16;
    private static final long GID = 20;
    private static final long GROUP_ID = 16;
    private static final int STRUCT = 64;
    private static final int MAX_ENTRY_BYTES = 1 << 20;

    private final Libc libc;

    UserDatabase(Libc libc) {
        this.libc = libc;
    }

    /**
     * A user.
     *
     * @param name as the machine knows it
     * @param group the number of the primary group
     */
    record User(String name, int id, int group) {}

    /** The user of that name, or else of that number. */
    Optional<User> user(String nameOrNumber) throws OsException {
        Optional<User> named = user("getpwnam_r", nameOrNumber);
        return named.isPresent() || !isNumber(nameOrNumber)
                ? named
                : user("getpwuid_r", Integer.parseInt(nameOrNumber));
    }

    /** The number of the group of that name; a number stands for itself. */
    Optional<Integer> group(String nameOrNumber) throws OsException {
        Optional<Integer> named =
                lookUp("getgrnam_r", nameOrNumber, found -> found.get(ValueLayout.JAVA_INT, GROUP_ID));
        return named.isPresent() || !isNumber(nameOrNumber) ? named : Optional.of(Integer.parseInt(nameOrNumber));
    }

    private Optional<User> user(String function, Object key) throws OsException {
        return lookUp(
                function,
                key,
                found -> new User(
                        found.get(ValueLayout.ADDRESS, 0)
                                .reinterpret(MAX_ENTRY_BYTES)
                                .getString(0),
                        found.get(ValueLayout.JAVA_INT, UID),
                        found.get(ValueLayout.JAVA_INT, GID)));
    }

    private interface StructReader<T> {
        T of(MemorySegment struct);
    }

    /** One of the {@code get…_r} functions: {@code int f(key, struct *, char *buffer, size_t, struct **found)}. */
    private <T> Optional<T> lookUp(String function, Object key, StructReader<T> structReader) throws OsException {
        for (long size = 1024; size <= MAX_ENTRY_BYTES; size *= 4) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment struct = arena.allocate(STRUCT, Long.BYTES);
                MemorySegment found = arena.allocate(ValueLayout.ADDRESS);
                Object argument = key instanceof String text ? arena.allocateFrom(text) : key;
                int error = Math.toIntExact(libc.call(function, argument, struct, arena.allocate(size), size, found)
                        .value());
                if (error == 0) {
                    return found.get(ValueLayout.ADDRESS, 0).address() == 0
                            ? Optional.empty()
                            : Optional.of(structReader.of(struct));
                }
                if (error != Libc.ERANGE) {
                    throw libc.exception(function, error);
                }
            }
        }
        throw libc.exception(function, Libc.ERANGE);
    }

    private static boolean isNumber(String text) {
        return text.matches("\\d{1,9}");
    }
}
