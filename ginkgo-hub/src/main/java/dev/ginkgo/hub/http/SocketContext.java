package dev.ginkgo.hub.http;

import dev.ginkgo.hub.delivery.PatternQuota;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.http.server.BodyBudget;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionLimiter;
import dev.ginkgo.hub.http.server.ManagedConnection;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What one run of the HTTP front provides to WebSockets that publish and subscribe.
 *
 * @param attacher attaches their connections to the hub
 * @param registry registers their subscriptions
 * @param connectionLimiter counts the streams of clients behind proxies
 * @param publishService publishes their messages
 * @param bodyBudget memory for messages that are being received
 * @param newDeadline returns a deadline for a new connection
 * @param manager checks the deadline of a connection until it is closed
 * @param maxSubscriptions maximum number of subscriptions of one connection
 * @param maxSubscriptionsPerAddress maximum number of subscriptions of all connections of one client network
 * @param maxSubscriptionsPerUser maximum number of subscriptions of all connections of one user; 0 is unlimited
 * @param userPatterns patterns of each user
 */
public record SocketContext(
        StreamAttacher attacher,
        StreamRegistry registry,
        ConnectionLimiter connectionLimiter,
        PublishService publishService,
        BodyBudget bodyBudget,
        Supplier<ConnectionDeadline> newDeadline,
        Consumer<ManagedConnection> manager,
        Supplier<Integer> maxSubscriptions,
        Supplier<Integer> maxSubscriptionsPerAddress,
        Supplier<Integer> maxSubscriptionsPerUser,
        PatternQuota<String> userPatterns) {}
