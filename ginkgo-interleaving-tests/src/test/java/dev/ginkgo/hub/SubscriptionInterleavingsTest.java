package dev.ginkgo.hub;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.interleaving.Scenario;
import dev.ginkgo.interleaving.StandingTime;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The wake-up of a Java subscription in every interleaving with the publisher. */
@Tag("long")
class SubscriptionInterleavingsTest {
    private static final ChannelName CHANNEL = ChannelName.of("/a");

    private abstract static class SubscriptionScenario extends Scenario {
        final StandingTime time = new StandingTime();
        final Counters counters = new Counters();
        final Store store = new Store(
                new StoreLimits(
                        () -> Size.ofMebibytes(1),
                        () -> 10,
                        () -> Duration.ZERO,
                        () -> Duration.ofDays(1),
                        () -> 10,
                        () -> 10),
                time,
                1,
                counters);
        final Subscription subscription = Subscription.open(
                store, SubscribeRequest.of(ChannelSelector.of(CHANNEL), Since.Point.NONE), time, counters);
    }

    /** A publisher, and a subscriber that takes two messages. */
    private static final class Publisher extends SubscriptionScenario {
        @Override
        protected Scenario newInstance() {
            return new Publisher();
        }

        @Override
        protected void first() throws InterruptedException {
            String both = subscription.take().text() + subscription.take().text();
            require(both.equals("12"), "taken " + both);
        }

        @Override
        protected void second() {
            store.publish(CHANNEL, Payload.text("1"));
            store.publish(CHANNEL, Payload.text("2"));
        }
    }

    /** A subscriber that waits while its subscription is closed. */
    private static final class Closing extends SubscriptionScenario {
        @Override
        protected Scenario newInstance() {
            return new Closing();
        }

        @Override
        protected void first() throws InterruptedException {
            try {
                subscription.take();
                throw new AssertionError("there was no message");
            } catch (IllegalStateException closed) {
                require(String.valueOf(closed.getMessage()).contains("closed"), closed.toString());
            }
        }

        @Override
        protected void second() {
            subscription.close();
        }
    }

    @Test
    @DisplayName("T-20 no interleaving of a publisher and a waiting subscription loses a message or its wake-up")
    void subscriptionMissesNoMessage() {
        Scenario.check(200, new Publisher());
    }

    @Test
    @DisplayName("T-20 a thread that waits in a subscription ends when another thread closes it")
    void closeEndsTheWait() {
        Scenario.check(200, new Closing());
    }
}
