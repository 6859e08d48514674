package dev.ginkgo.run.daemon;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What a daemon is called: as its user says, or after its target. Nothing is read for it. */
public final class DaemonNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    private DaemonNames() {}

    /** {@code numbers} of {@code examples/numbers.toml}, {@code MessageHub} of {@code dev.ginkgo.hub.MessageHub}. */
    static String of(String target) {
        String last = target.substring(target.lastIndexOf('/') + 1);
        String name =
                isFile(last) ? last.substring(0, last.lastIndexOf('.')) : last.substring(last.lastIndexOf('.') + 1);
        return require(name);
    }

    /** The name itself, if it can be that of a file. */
    static String require(String name) {
        if (!isName(name)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "\"" + name + "\" is no name for a daemon; give one by --name: letters, digits, dot, hyphen and"
                            + " underscore, at most 64");
        }
        return name;
    }

    static boolean isName(String word) {
        return NAME.matcher(word).matches();
    }

    /** What tells two targets of one name apart: the absolute path of the file, or the class. */
    static String targetId(String target, Path directory) {
        return isFile(target) ? directory.resolve(target).normalize().toString() : target;
    }

    public static boolean isFile(String target) {
        return target.endsWith(".java") || target.endsWith(".toml");
    }
}
