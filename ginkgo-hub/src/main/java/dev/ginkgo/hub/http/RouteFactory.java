package dev.ginkgo.hub.http;

import dev.ginkgo.hub.http.server.HttpRoute;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Creates the routes that the HTTP front serves in addition to channels. Called at each start. */
@FunctionalInterface
public interface RouteFactory {
    /**
     * What one run of the HTTP front provides to its routes.
     *
     * @param streams returns the open streams
     * @param draining returns whether a graceful shutdown has begun
     * @param tasks runs work that takes too long for an event loop; throws IllegalStateException while the front stops
     * @param sockets serves WebSockets that publish and subscribe
     */
    record Context(
            Supplier<List<StreamRegistry.OpenStream>> streams,
            BooleanSupplier draining,
            Executor tasks,
            SocketContext sockets) {}

    List<HttpRoute> create(Context context);
}
