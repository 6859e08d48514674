package dev.ginkgo.hub.http;

import dev.ginkgo.hub.http.server.HttpRoute;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Makes the routes that the HTTP front serves in addition to channels, once for each start. */
@FunctionalInterface
public interface RouteFactory {
    /**
     * What one run of the front offers to its routes.
     *
     * @param streams returns the streams that are open
     * @param draining returns whether a graceful shutdown has begun
     * @param tasks runs what takes too long for an event loop; throws IllegalStateException when the front stops
     */
    record Context(Supplier<List<StreamRegistry.OpenStream>> streams, BooleanSupplier draining, Executor tasks) {}

    List<HttpRoute> create(Context context);
}
