package dev.ginkgo.run.output;

import java.util.Arrays;

/**
 * Exit codes of the {@code ginkgo} command. The numbers from 64 to 78 are those of BSD's {@code sysexits.h}; numbers
 * above 128 are a signal number plus 128, as shells report it; 1, 3 and 4 of {@code status} are those of the LSB.
 *
 * <table>
 * <caption>Exit codes</caption>
 * <tr><th>code</th><th>meaning</th></tr>
 * <tr><td>0</td><td>success: the service stopped itself, {@code check} found no error, help was printed</td></tr>
 * <tr><td>1</td><td>the service failed while running; {@code status}: it died without recording an exit</td></tr>
 * <tr><td>3</td><td>no such daemon is running</td></tr>
 * <tr><td>4</td><td>{@code status}: running, but not ready, not responding, or owned by another user</td></tr>
 * <tr><td>64</td><td>invalid command line</td></tr>
 * <tr><td>65</td><td>the source file does not compile</td></tr>
 * <tr><td>69</td><td>an address is in use</td></tr>
 * <tr><td>70</td><td>an exception in the program while it was loaded, started or stopped, or an uncaught one</td></tr>
 * <tr><td>73</td><td>the name is taken by a running daemon</td></tr>
 * <tr><td>75</td><td>timeout: a service did not become ready, or a process did not exit, in time</td></tr>
 * <tr><td>77</td><td>not permitted: another user's process, or a setting that needs other privileges</td></tr>
 * <tr><td>78</td><td>invalid configuration, or the target or a JDK was not found</td></tr>
 * <tr><td>79</td><td>a task did not stop</td></tr>
 * <tr><td>130</td><td>stopped by SIGINT (Ctrl-C)</td></tr>
 * <tr><td>143</td><td>stopped by SIGTERM</td></tr>
 * </table>
 */
public enum ExitCode {
    OK(0),
    FAILED(1),
    NOT_RUNNING(3),
    UNKNOWN(4),
    USAGE(64),
    DATA(65),
    UNAVAILABLE(69),
    SOFTWARE(70),
    CANNOT_CREATE(73),
    TIMEOUT(75),
    NOT_PERMITTED(77),
    CONFIGURATION(78),
    LEAK(79),
    INTERRUPTED(130),
    TERMINATED(143);

    /** Returned instead of an exit code after a main method has returned: other threads may keep the process running. */
    public static final int KEEP_RUNNING = -1;

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** Returns the constant of that number; {@link #SOFTWARE} for a number that is not an exit code of this command. */
    public static ExitCode ofNumber(int number) {
        return Arrays.stream(values())
                .filter(each -> each.number == number)
                .findFirst()
                .orElse(SOFTWARE);
    }
}
