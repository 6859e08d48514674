package dev.ginkgo.hub.http.server;

import io.netty.handler.codec.http.HttpMethod;

/** Serves the requests for some targets. Called on the event loop of the connection. */
public interface HttpRoute {
    /** Returns whether this route serves a request. */
    boolean matches(HttpMethod method, RequestTarget requestTarget);

    /** Does the same as {@link RequestHandler#begin} for a request that matches. */
    void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException;
}
