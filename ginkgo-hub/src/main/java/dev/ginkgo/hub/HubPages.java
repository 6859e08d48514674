package dev.ginkgo.hub;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.admin.AdminRouter;
import dev.ginkgo.hub.dashboard.ClusterSampler;
import dev.ginkgo.hub.dashboard.DashboardRoute;
import dev.ginkgo.hub.dashboard.HubSampler;
import dev.ginkgo.hub.http.RouteFactory;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.replication.Replication;
import dev.ginkgo.hub.socket.SocketRoute;
import dev.ginkgo.time.TimeSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Routes of the hub's own pages: the dashboard and the pages for operators. */
final class HubPages {
    private HubPages() {}

    /** Returns what takes samples of the cluster, if the hub belongs to one. */
    static Optional<ClusterSampler> clusterSampler(Optional<Cluster> cluster, Optional<Replication> replication) {
        return cluster.map(joined -> new ClusterSampler(
                joined,
                () -> replication.map(Replication::links).orElse(List.of()),
                () -> replication.flatMap(Replication::broker)));
    }

    /**
     * Returns the routes of one run.
     *
     * @param dashboard whether the dashboard is served; read at each request
     */
    static List<HttpRoute> routes(
            HubSampler.Source source, BooleanSupplier dashboard, RouteFactory.Context context, TimeSource timeSource) {
        HubSampler hubSampler = new HubSampler(source, context.streams(), timeSource);
        return List.of(
                new DashboardRoute(dashboard, hubSampler, timeSource, context),
                new SocketRoute(context.sockets()),
                AdminRouter.of(context, source.metrics(), source.tree(), source.channels(), timeSource));
    }
}
