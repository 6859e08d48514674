package dev.ginkgo.run.client;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * Standard streams and environment of the commands that use a hub.
 *
 * @param in input of {@code pub} if no file is given
 * @param out messages and publish results, nothing else
 * @param err diagnostics for the user
 * @param environment the environment variables
 */
public record ClientStreams(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
    /** Prints a diagnostic line; control characters are replaced, because much of the text comes from the server. */
    public void printError(String text) {
        err.println("ginkgo: " + text.replaceAll("\\p{Cntrl}", "?"));
        err.flush();
    }
}
