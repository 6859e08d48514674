package dev.ginkgo.net.tcp;

/**
 * What a service does with a connection. It is called on a virtual thread of the service, once for each connection,
 * and may block; the connection is closed when it returns or throws. An exception ends this connection only, and is
 * logged in one line; an {@code Error} fails the service, as in any task.
 *
 * <p>A stop interrupts it, and reads and writes then end with an {@code IOException}.
 */
@FunctionalInterface
public interface ConnectionHandler {
    void handle(Connection connection) throws Exception;
}
