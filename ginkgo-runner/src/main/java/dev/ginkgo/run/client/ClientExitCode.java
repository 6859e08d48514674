package dev.ginkgo.run.client;

/**
 * How {@code pub} and {@code sub} end. As for all of the command, the numbers from 64 to 78 are those of BSD's {@code
 * sysexits.h}, and those above 128 are a signal's number plus 128.
 *
 * <table>
 * <caption>Exit codes</caption>
 * <tr><th>code</th><th>meaning</th></tr>
 * <tr><td>0</td><td>done: everything is published, or so many messages have come as were asked for</td></tr>
 * <tr><td>1</td><td>the command of {@code --exec} failed</td></tr>
 * <tr><td>64</td><td>the command line is wrong</td></tr>
 * <tr><td>65</td><td>the hub refuses what it was sent: the channel's name, the message, a parameter</td></tr>
 * <tr><td>66</td><td>a file that was named cannot be read</td></tr>
 * <tr><td>69</td><td>the hub was not reached</td></tr>
 * <tr><td>70</td><td>the hub says that it has a bug</td></tr>
 * <tr><td>75</td><td>the hub was reached, and had no room or no time; trying again later may help</td></tr>
 * <tr><td>76</td><td>what answers is no hub</td></tr>
 * <tr><td>77</td><td>the hub does not let us</td></tr>
 * <tr><td>80</td><td>messages were lost on the way, and could not be had any more</td></tr>
 * <tr><td>141</td><td>nobody reads the output any more</td></tr>
 * </table>
 */
public enum ClientExitCode {
    DONE(0),
    COMMAND_FAILED(1),
    USAGE(64),
    REJECTED(65),
    NO_INPUT(66),
    UNREACHABLE(69),
    SOFTWARE(70),
    BUSY(75),
    NOT_A_HUB(76),
    FORBIDDEN(77),
    GAP(80),
    OUTPUT_CLOSED(141);

    private final int number;

    ClientExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
