package dev.ginkgo.testing.cluster;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.Since;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A node that subscribes to {@code /news} when it starts, and records what it receives. */
final class SubscribingNode extends Service {
    static final String CHANNEL = "/news";
    static final String GAP_MARKER = "gap";

    final Cluster cluster = add("cluster", new Cluster());
    final MessageHub hub = add("hub", new MessageHub(cluster));
    final List<String> received = new CopyOnWriteArrayList<>();
    final List<Gap> gaps = new CopyOnWriteArrayList<>();

    @Override
    protected void onStart() {
        spawn("read", () -> {
            try (Subscription news = hub.subscribe(CHANNEL)) {
                news.onGap(gap -> {
                    gaps.add(gap);
                    received.add(GAP_MARKER);
                });
                for (Message message : news) {
                    received.add(message.text());
                }
            }
        });
    }

    /**
     * Opens a subscription at this node that starts at a position.
     *
     * @return closes the subscription
     */
    Runnable subscribe(Since since, Consumer<Message> message, Consumer<Gap> gap) {
        AtomicReference<Subscription> open = new AtomicReference<>();
        spawn("visit", () -> {
            try (Subscription news = hub.subscribe(CHANNEL, since)) {
                news.onGap(gap);
                open.set(news);
                news.forEach(message);
            }
        });
        return () -> {
            Subscription news = open.get();
            if (news != null) {
                news.close();
            }
        };
    }

    void publish(String text) {
        hub.publish(CHANNEL, text);
    }
}
