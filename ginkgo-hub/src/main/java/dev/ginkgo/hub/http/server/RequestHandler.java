package dev.ginkgo.hub.http.server;

/** Decides what happens to the requests of all connections. Called on the event loop of the connection. */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Called when the head of a request has been received. Either sets what is done when the request is complete, see
     * {@link Exchange#onComplete}, or rejects the request.
     */
    void begin(Exchange exchange) throws ProblemException;
}
