package dev.ginkgo.run.client;

import java.io.InputStream;
import java.io.PrintStream;

/**
 * What the clients read and write.
 *
 * @param in where {@code pub} reads from, if it is given no file
 * @param out for messages and receipts, and nothing else
 * @param err for what is told to a person
 */
public record ClientStreams(InputStream in, PrintStream out, PrintStream err) {
    public void printError(String text) {
        err.println("ginkgo: " + text.replaceAll("\\p{Cntrl}", "?")); // much of it comes from elsewhere
        err.flush();
    }
}
