package dev.ginkgo.hub;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Whether the program lives, and whether to send it work. */
final class Health {
    private final Supplier<List<String>> notReady;
    private final BooleanSupplier draining;

    /**
     * @param notReady a line for each service of the tree that does not do its work
     * @param draining whether a stop has begun
     */
    Health(Supplier<List<String>> notReady, BooleanSupplier draining) {
        this.notReady = notReady;
        this.draining = draining;
    }

    Map<String, Pages.Page> pages() {
        return Map.of(
                "/-/health/live", new Pages.Page(true, Set.of(), (exchange, _) -> good(exchange)),
                "/-/health/ready", new Pages.Page(true, Set.of(), (exchange, _) -> ready(exchange)));
    }

    private void ready(Exchange exchange) throws Refusal {
        if (draining.getAsBoolean()) {
            throw new Refusal(Problem.NOT_READY, "the hub stops").with("Retry-After", "1");
        }
        List<String> lines = notReady.get();
        if (!lines.isEmpty()) {
            throw new Refusal(Problem.NOT_READY, String.join("; ", lines)).with("Retry-After", "1");
        }
        good(exchange);
    }

    private static void good(Exchange exchange) {
        exchange.answer(Reply.of(HttpResponseStatus.OK, "text/plain; charset=utf-8", Reply.utf8("ok\n")));
    }
}
