package dev.ginkgo.hub;

import io.netty.handler.codec.http.HttpMethod;

/** Serves the requests for some targets. Called on the event loop of the connection. */
interface Route {
    /** Returns whether this route serves a request. */
    boolean matches(HttpMethod method, Target target);

    /** Does the same as {@link RequestHandler#begin} for a request that matches. */
    void begin(Exchange exchange, Target target) throws Refusal;
}
