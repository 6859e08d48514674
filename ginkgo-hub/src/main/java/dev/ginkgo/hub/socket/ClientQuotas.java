package dev.ginkgo.hub.socket;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.PatternQuota;
import dev.ginkgo.hub.http.server.ProblemException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Quotas that a subscription over a WebSocket counts towards, besides that of the patterns of its address.
 *
 * @param ofAddress subscriptions of each client network
 * @param ofUser subscriptions of each user
 * @param userPatterns patterns of each user
 */
record ClientQuotas(
        SubscriptionQuota<InetAddress> ofAddress, SubscriptionQuota<String> ofUser, PatternQuota<String> userPatterns) {
    /**
     * Counts a subscription.
     *
     * @param user name of the user; null without credentials
     * @return ends the count; must be run once
     */
    Runnable acquire(InetAddress client, @Nullable String user, SubscribeRequest request) throws ProblemException {
        List<Runnable> releases = new ArrayList<>(3);
        Runnable releaseAll = () -> releases.forEach(Runnable::run);
        boolean complete = false;
        try {
            ofAddress.acquire(client);
            releases.add(() -> ofAddress.release(client));
            if (user != null) {
                ofUser.acquire(user);
                releases.add(() -> ofUser.release(user));
                releases.add(userPatterns.acquire(user, request));
            }
            complete = true;
            return releaseAll;
        } finally {
            if (!complete) {
                releaseAll.run();
            }
        }
    }
}
