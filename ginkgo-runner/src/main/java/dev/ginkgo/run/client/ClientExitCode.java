package dev.ginkgo.run.client;

/**
 * Exit codes of {@code pub} and {@code sub}. The numbers from 64 to 78 are those of BSD's {@code sysexits.h}; numbers
 * above 128 are a signal number plus 128.
 *
 * <table>
 * <caption>Exit codes</caption>
 * <tr><th>code</th><th>meaning</th></tr>
 * <tr><td>0</td><td>everything was published, or {@code --count} messages were received</td></tr>
 * <tr><td>1</td><td>the command of {@code --exec} failed</td></tr>
 * <tr><td>64</td><td>invalid command line</td></tr>
 * <tr><td>65</td><td>the hub rejected the request: channel name, message or parameter</td></tr>
 * <tr><td>66</td><td>an input file cannot be read</td></tr>
 * <tr><td>69</td><td>the hub is unreachable</td></tr>
 * <tr><td>70</td><td>internal error of the hub (other 5xx)</td></tr>
 * <tr><td>75</td><td>the hub is over a limit, unavailable or stopping; a later attempt may succeed</td></tr>
 * <tr><td>76</td><td>the server is not a hub</td></tr>
 * <tr><td>77</td><td>not authenticated or not permitted</td></tr>
 * <tr><td>80</td><td>gap: messages were lost and are no longer retained</td></tr>
 * <tr><td>141</td><td>standard output was closed</td></tr>
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
