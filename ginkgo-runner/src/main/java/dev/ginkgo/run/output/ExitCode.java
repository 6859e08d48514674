package dev.ginkgo.run.output;

import java.util.Arrays;

/**
 * How the {@code ginkgo} command ends. The numbers from 64 to 78 are those of BSD's {@code sysexits.h}, those above
 * 128 are a signal's number plus 128, as a shell reports it; 1, 3 and 4 of {@code status} are the LSB's.
 *
 * <table>
 * <caption>Exit codes</caption>
 * <tr><th>code</th><th>meaning</th></tr>
 * <tr><td>0</td><td>done: the service ended by itself, {@code check} found nothing wrong, help was printed</td></tr>
 * <tr><td>1</td><td>the service failed while it was running; {@code status}: it died without a word</td></tr>
 * <tr><td>3</td><td>no such daemon runs</td></tr>
 * <tr><td>4</td><td>{@code status}: it runs, but is not up, does not answer, or is another user's</td></tr>
 * <tr><td>64</td><td>the command line is wrong</td></tr>
 * <tr><td>65</td><td>the source file does not compile</td></tr>
 * <tr><td>69</td><td>an address is in use</td></tr>
 * <tr><td>70</td><td>an exception in the program while it was loaded, started or stopped, or on a stray thread</td></tr>
 * <tr><td>73</td><td>the name is taken by a daemon that runs</td></tr>
 * <tr><td>75</td><td>a service was not ready, or a process not gone, in its time; trying again may help</td></tr>
 * <tr><td>77</td><td>another user's process, or the configuration asks for what this user may not do</td></tr>
 * <tr><td>78</td><td>the configuration is wrong, or the target or a JDK was not found</td></tr>
 * <tr><td>79</td><td>a task outlived the stop</td></tr>
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

    /** Returned in place of an exit code after a main method has returned: its other threads keep the process running. */
    public static final int KEEP_RUNNING = -1;

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The one of that number; {@link #SOFTWARE} for what no command of ours ends with. */
    public static ExitCode ofNumber(int number) {
        return Arrays.stream(values())
                .filter(each -> each.number == number)
                .findFirst()
                .orElse(SOFTWARE);
    }
}
