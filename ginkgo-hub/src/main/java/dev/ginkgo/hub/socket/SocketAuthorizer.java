package dev.ginkgo.hub.socket;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.http.server.ProblemException;

/**
 * Decides what the client of one WebSocket may do. Created when the WebSocket is opened, from its request; called on the event
 * loop of the connection for each request over it, before anything else happens.
 */
public interface SocketAuthorizer {
    /** Permits everything. */
    SocketAuthorizer ALLOW_ALL = new SocketAuthorizer() {
        @Override
        public void requireSubscribe(ChannelSelector selector) {}

        @Override
        public void requirePublish(ChannelName channel) {}
    };

    /**
     * Rejects a subscription that is not permitted as a whole.
     *
     * @throws ProblemException the error response
     */
    void requireSubscribe(ChannelSelector selector) throws ProblemException;

    /**
     * Rejects a publish that is not permitted.
     *
     * @throws ProblemException the error response
     */
    void requirePublish(ChannelName channel) throws ProblemException;
}
