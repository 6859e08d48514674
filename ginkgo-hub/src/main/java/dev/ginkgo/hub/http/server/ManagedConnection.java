package dev.ginkgo.hub.http.server;

import io.netty.channel.Channel;

/** What the HTTP front closes when its deadline has passed, or when the hub stops: a connection, or a stream of HTTP/2. */
public interface ManagedConnection {
    /** Returns its channel, on whose event loop the other methods are called. */
    Channel channel();

    /** Returns whether the deadline has passed. Any thread; checked again on the event loop. */
    boolean isExpired();

    /** Closes the connection if its deadline has passed. */
    void closeIfExpired();

    /** Accepts no further request: closes an idle connection at once, another one after its response. */
    void drain();
}
