package dev.ginkgo.run.output;

import java.io.Console;
import java.util.Map;
import java.util.Optional;

/**
 * Colours and emphasis for a terminal.
 *
 * @param enabled whether texts are styled; if not, they are returned unchanged
 */
public record Style(boolean enabled) {
    private static final String ESCAPE = "\033[";
    private static final String RESET = ESCAPE + "0m";

    /** Returns a style that changes nothing. */
    public static Style plain() {
        return new Style(false);
    }

    /**
     * Returns the style for the standard output of this process: plain unless it is a terminal, or if {@code NO_COLOR} is
     * set (no-color.org), or if the terminal is {@code dumb}.
     */
    public static Style of(Map<String, String> environment) {
        return of(environment, isTerminal());
    }

    static Style of(Map<String, String> environment, boolean terminal) {
        return new Style(terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb"));
    }

    /** Returns whether standard input and output of this process are a terminal. */
    public static boolean isTerminal() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }

    /** Returns the text in bold type. */
    public String bold(String text) {
        return styled("1", text);
    }

    /** Returns the text in a weaker colour. */
    public String dim(String text) {
        return styled("2", text);
    }

    /** Returns the text in red, for errors. */
    public String red(String text) {
        return styled("31", text);
    }

    /** Returns the text in green. */
    public String green(String text) {
        return styled("32", text);
    }

    /** Returns the text in yellow, for warnings. */
    public String yellow(String text) {
        return styled("33", text);
    }

    /** Returns the text in cyan, for names. */
    public String cyan(String text) {
        return styled("36", text);
    }

    /** Returns the state of a service or daemon in the colour of its severity. */
    public String state(String state) {
        return switch (state.strip()) {
            case "READY" -> green(state);
            case "FAILED", "DEAD" -> red(state);
            case "STOPPED" -> dim(state);
            default -> yellow(state);
        };
    }

    private String styled(String code, String text) {
        return enabled ? ESCAPE + code + "m" + text + RESET : text;
    }
}
