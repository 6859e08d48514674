package dev.ginkgo.run.cli.credentials;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** New file that only its owner can read. */
final class SecretFile {
    private static final String MODE = "rw-------";

    private SecretFile() {}

    /**
     * Creates a file.
     *
     * @throws CommandException if it exists, or cannot be created
     */
    static void create(Path file, String text) {
        try (SeekableByteChannel channel = Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE)));
                OutputStream out = Channels.newOutputStream(channel)) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(
                    ExitCode.CANNOT_CREATE, file + " exists, and is not overwritten; remove it, or name another file");
        } catch (NoSuchFileException e) {
            throw new CommandException(ExitCode.CANNOT_CREATE, "the folder of " + file + " does not exist");
        } catch (IOException e) {
            throw new CommandException(ExitCode.CANNOT_CREATE, "cannot create " + file + ": " + e.getMessage());
        }
    }
}
