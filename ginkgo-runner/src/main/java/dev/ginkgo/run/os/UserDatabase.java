package dev.ginkgo.run.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Lookup of users and groups by name or id, in the sources configured in {@code nsswitch.conf}. The struct layouts are
 * those of 64-bit Linux, for glibc and musl.
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
     * User of the operating system.
     *
     * @param name the login name
     * @param id the user id
     * @param group the id of the primary group
     */
    record User(String name, int id, int group) {}

    /** Returns the user with that name, or else with that id. */
    Optional<User> user(String nameOrNumber) throws OsException {
        Optional<User> named = user("getpwnam_r", nameOrNumber);
        return named.isPresent() || !isNumber(nameOrNumber)
                ? named
                : user("getpwuid_r", Integer.parseInt(nameOrNumber));
    }

    /** Returns the id of the group with that name; a number is returned as it is. */
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

    /**
     * Calls one of the {@code get…_r} functions: {@code int f(key, struct *, char *buffer, size_t, struct **found)}. The
     * buffer is enlarged until the entry fits.
     */
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
