package dev.ginkgo.hub.dashboard;

import dev.ginkgo.Service;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.access.AuthenticationService;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.http.ClusterWebDirectory;
import dev.ginkgo.hub.http.HttpBackend;
import dev.ginkgo.hub.http.HttpFrontend;
import dev.ginkgo.hub.http.RouteFactory;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Hub, and a second HTTP front with a dashboard whose samples the test provides. */
final class SampledDashboard extends Service {
    static final String CONFIGURATION = "hub.http.bind = '127.0.0.1:0'\ndashboard.bind = '127.0.0.1:0'";

    final MessageHub hub = add("hub", new MessageHub());
    final HttpFrontend dashboard;

    SampledDashboard(DashboardStream.Sampler sampler) {
        dashboard = add(
                "dashboard",
                new HttpFrontend(
                        this::backend,
                        context -> routes(sampler, context),
                        add("auth", new AuthenticationService()),
                        ClusterWebDirectory.none(),
                        new Random(1)));
        lifecycle(Lifecycle.standard().hookBeforeChildren()); // the routes use the time of this service
    }

    private List<HttpRoute> routes(DashboardStream.Sampler sampler, RouteFactory.Context context) {
        DashboardStream stream = new DashboardStream(sampler, time(), context.tasks());
        return List.of(new DashboardRoute(() -> true, stream, context.tasks()));
    }

    private HttpBackend backend() {
        return new HttpBackend() {
            @Override
            public Publisher publisher() {
                return HubAccess.publisher(hub);
            }

            @Override
            public IdempotencyCache idempotencyCache() {
                return new IdempotencyCache(TimeSource.system());
            }

            @Override
            public StreamAttacher streams() {
                return HubAccess.streams(hub);
            }

            @Override
            public Counters counters() {
                return new Counters();
            }
        };
    }

    RawHttpClient connect() throws IOException {
        return new RawHttpClient(dashboard.address().port());
    }
}
