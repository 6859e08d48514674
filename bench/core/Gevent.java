import java.io.IOException;
import java.nio.file.Path;

/** Programs for the gevent of Debian. */
final class Gevent {
    private Gevent() {}

    static ProcessBuilder program(String file, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder("/usr/bin/python3", Path.of(file).toString());
        builder.command().addAll(java.util.List.of(arguments));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /** Returns microseconds for each greenlet that ends at once, and bytes of each that waits. */
    static String spawn(int tasks) throws IOException {
        Process process = program("spawn.py", Integer.toString(tasks)).start();
        return new String(process.getInputStream().readAllBytes()).strip();
    }
}
