package dev.ginkgo.hub.http.server;

/** Handles the requests of all connections. Called on the event loop of the connection. */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Handles a request whose head has been received: either sets what happens when the request is complete, with {@link
     * Exchange#onComplete}, or rejects the request.
     */
    void begin(Exchange exchange) throws ProblemException;
}
