package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.Responses;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Liveness and readiness pages. */
final class HealthEndpoints {
    private final Supplier<List<String>> notReady;
    private final BooleanSupplier draining;

    /**
     * @param notReady returns a line for each service of the tree that is not ready
     * @param draining returns whether a graceful shutdown has begun
     */
    HealthEndpoints(Supplier<List<String>> notReady, BooleanSupplier draining) {
        this.notReady = notReady;
        this.draining = draining;
    }

    Map<String, AdminRouter.Endpoint> endpoints() {
        return Map.of(
                "/-/health/live", new AdminRouter.Endpoint(true, Set.of(), (exchange, _) -> ok(exchange)),
                "/-/health/ready", new AdminRouter.Endpoint(true, Set.of(), (exchange, _) -> ready(exchange)));
    }

    private void ready(Exchange exchange) throws ProblemException {
        if (draining.getAsBoolean()) {
            throw new ProblemException(ProblemType.NOT_READY, "the hub is stopping").withHeader("Retry-After", "1");
        }
        List<String> lines = notReady.get();
        if (!lines.isEmpty()) {
            throw new ProblemException(ProblemType.NOT_READY, String.join("; ", lines)).withHeader("Retry-After", "1");
        }
        ok(exchange);
    }

    private static void ok(Exchange exchange) {
        exchange.respond(Responses.of(HttpResponseStatus.OK, "text/plain; charset=utf-8", Responses.utf8("ok\n")));
    }
}
