package dev.ginkgo.run.daemon;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Names of daemons: given by the user, or derived from the target. */
public final class DaemonNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    private DaemonNames() {}

    /**
     * Derives the name from a target: {@code numbers} from {@code examples/numbers.toml}, {@code MessageHub} from {@code
     * dev.ginkgo.hub.MessageHub}.
     */
    static String of(String target) {
        String last = target.substring(target.lastIndexOf('/') + 1);
        String name =
                isFile(last) ? last.substring(0, last.lastIndexOf('.')) : last.substring(last.lastIndexOf('.') + 1);
        return require(name);
    }

    /** Returns the name if it is valid, which includes being usable as a file name. */
    static String require(String name) {
        if (!isName(name)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "\"" + name + "\" is not a valid name for a daemon; use --name to give one of at most 64 letters,"
                            + " digits, dots, hyphens and underscores");
        }
        return name;
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Returns the identity of a target: the absolute path of the file, or the class name. */
    static String targetId(String target, Path directory) {
        return isFile(target) ? directory.resolve(target).normalize().toString() : target;
    }

    public static boolean isFile(String target) {
        return target.endsWith(".java") || target.endsWith(".toml");
    }
}
