package dev.ginkgo.hub.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.http.ClusterWebDirectory;
import dev.ginkgo.hub.http.HttpBackend;
import dev.ginkgo.hub.http.HttpFrontend;
import dev.ginkgo.hub.http.RouteFactory;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.Publisher;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.testing.SocketClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A WebSocket whose client may not do everything. */
class SocketAuthorizerTest {
    /** Hub with a second front end, whose clients may use the channels below {@code /open} only. */
    private static final class Guarded extends Service {
        final MessageHub hub = add("hub", new MessageHub());
        final HttpFrontend guarded = add(
                "guarded", new HttpFrontend(this::backend, Guarded::routes, ClusterWebDirectory.none(), new Random()));

        private record Backend(
                Publisher publisher, IdempotencyCache idempotencyCache, StreamAttacher streams, Counters counters)
                implements HttpBackend {}

        private HttpBackend backend() {
            return new Backend(
                    HubAccess.publisher(hub),
                    new IdempotencyCache(TimeSource.system()),
                    HubAccess.streams(hub),
                    new Counters());
        }

        private static List<HttpRoute> routes(RouteFactory.Context context) {
            return List.of(new SocketRoute(context.sockets(), OpenChannelsOnly::new));
        }
    }

    /** Permits channels below {@code /open} only. */
    private record OpenChannelsOnly(Exchange exchange) implements SocketAuthorizer {
        @Override
        public void requireSubscribe(ChannelSelector selector) throws ProblemException {
            for (String name : selector.names()) {
                requireOpen(name);
            }
        }

        @Override
        public void requirePublish(ChannelName channel) throws ProblemException {
            requireOpen(channel.text());
        }

        private void requireOpen(String name) throws ProblemException {
            if (!name.startsWith("/open/")) {
                throw new ProblemException(
                        ProblemType.LOOPBACK_ONLY,
                        name + " is not for " + exchange.request().uri());
            }
        }
    }

    @Test
    @DisplayName("H-176 each subscription and each publish over a WebSocket is authorized before anything else happens")
    void requests_areAuthorized() {
        TestHub.warmUp();
        try (TestTree<Guarded> tree =
                        TestTree.start(new Guarded(), "hub.http.bind = '127.0.0.1:0'\nguarded.bind = '127.0.0.1:0'");
                SocketClient client = SocketClient.connect(tree.root().guarded.address())) {
            assertThat(client.request(1, "'type':'subscribe','channels':'/open/*'"))
                    .contains("subscribed");
            assertThat(client.request(2, "'type':'publish','channel':'/open/a','data':'1'"))
                    .contains("published");
            assertThat(client.request(3, "'type':'subscribe','channels':'/open/a,/secret'"))
                    .contains("\"status\":403", "/secret is not for /-/ws");
            assertThat(client.request(4, "'type':'publish','channel':'/secret','data':'1'"))
                    .contains("\"status\":403");
            assertThat(tree.root().hub.stats().published()).isEqualTo(1);
            assertThat(tree.root().hub.stats().subscribers()).isEqualTo(1);
        }
    }
}
