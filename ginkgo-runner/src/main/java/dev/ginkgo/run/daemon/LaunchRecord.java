package dev.ginkgo.run.daemon;

import dev.ginkgo.run.os.EffectiveUser;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Arguments and working folder of the last start of a daemon, for {@code restart}. Stored in a file beside the pidfile
 * that only the owner can read, because arguments may contain secrets.
 *
 * @param directory the working folder, absolute
 * @param arguments the arguments after {@code start}
 */
public record LaunchRecord(Path directory, List<String> arguments) {

    public static void remove(Path pidFile) {
        try {
            Files.deleteIfExists(file(pidFile));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CANNOT_CREATE, "cannot delete " + file(pidFile) + ": " + DaemonRegistration.describe(e));
        }
    }

    public static void write(Path pidFile, Path directory, List<String> arguments) {
        remove(pidFile);
        Path file = file(pidFile);
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, JsonText.write(Map.of("directory", directory.toString(), "words", arguments)));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CANNOT_CREATE,
                    "cannot write " + file + ", which restart needs: " + DaemonRegistration.describe(e));
        }
    }

    /** Reads the record; empty if there is none, or if another user wrote it, whose command this user must not run. */
    public static Optional<LaunchRecord> read(Path pidFile) {
        try {
            if ((int) Files.getAttribute(file(pidFile), "unix:uid", LinkOption.NOFOLLOW_LINKS) != EffectiveUser.id()) {
                return Optional.empty();
            }
            Map<String, @Nullable Object> members = JsonText.read(Files.readString(file(pidFile)));
            return members.get("directory") instanceof String directory && members.get("words") instanceof List<?> words
                    ? Optional.of(new LaunchRecord(
                            Path.of(directory),
                            words.stream().map(String::valueOf).toList()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Path file(Path pidFile) {
        return pidFile.resolveSibling(pidFile.getFileName() + ".start");
    }
}
