package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.access.AuthenticationService;
import dev.ginkgo.hub.admin.AdminRouter;
import dev.ginkgo.hub.delivery.DeliveryEngine;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.ChannelListing;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** HTTP front whose service status cannot be read. */
final class FailingFrontend extends Service {
    final HttpFrontend http = add(
            "http",
            new HttpFrontend(
                    FailingFrontend::backend,
                    FailingFrontend::routes,
                    add("auth", new AuthenticationService()),
                    ClusterWebDirectory.none(),
                    new Random()));

    private record Backend(
            Publisher publisher, IdempotencyCache idempotencyCache, StreamAttacher streams, Counters counters)
            implements HttpBackend {}

    private static Backend backend() {
        Counters counters = new Counters();
        StoreLimits limits = new StoreLimits(
                () -> Size.ofMebibytes(1),
                () -> 10,
                () -> Duration.ZERO,
                () -> Duration.ofMinutes(1),
                () -> 10,
                () -> 10);
        Store store = new Store(limits, TimeSource.system(), 1, counters);
        return new Backend(
                store,
                new IdempotencyCache(TimeSource.system()),
                new DeliveryEngine(
                        store,
                        ByteBufAllocator.DEFAULT,
                        TimeSource.system(),
                        new Random(),
                        counters,
                        () -> 1L << 20,
                        () -> 10),
                counters);
    }

    private static List<HttpRoute> routes(RouteFactory.Context context) {
        return List.of(AdminRouter.of(
                context,
                FailingFrontend::metrics,
                FailingFrontend::failingStatus,
                _ -> new ChannelListing(0, List.of()),
                TimeSource.system()));
    }

    private static MetricsSnapshot metrics() {
        throw new IllegalStateException("not used by this test");
    }

    private static Status failingStatus() {
        throw new IllegalStateException("simulated bug");
    }

    /** Returns the response to a request for that status. */
    static String internalError() throws IOException {
        TestHub.warmUp();
        try (TestTree<FailingFrontend> tree = TestTree.start(new FailingFrontend(), "http.bind = '127.0.0.1:0'")) {
            String response;
            int port = tree.root().http.address().port();
            try (RawHttpClient client = new RawHttpClient(port)) {
                response = client.send("GET /-/tree HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .response();
            }
            try (RawHttpClient client = new RawHttpClient(port)) {
                assertThat(client.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .response())
                        .startsWith("HTTP/1.1 500");
            }
            return response;
        }
    }
}
