package dev.ginkgo.net.tcp;

/**
 * Code that handles one connection. It is called once for each connection, on a virtual thread of the service, and may
 * block. The connection is closed when it returns or throws. An exception ends only this connection and is logged in
 * one line; an {@code Error} fails the service, as in any task.
 *
 * <p>A stop interrupts the handler; its reads and writes then throw an {@code IOException}.
 */
@FunctionalInterface
public interface ConnectionHandler {
    /** Handles a connection until it ends. */
    void handle(Connection connection) throws Exception;
}
