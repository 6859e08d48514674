package dev.ginkgo.hub;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The pages below {@code /-/} that are open to everybody: whether it lives, and whether to send it work. */
final class Health {
    private final Supplier<List<String>> notReady;
    private final BooleanSupplier draining;

    /**
     * @param notReady a line for each service of the hub that does not do its work
     * @param draining whether a stop has begun
     */
    Health(Supplier<List<String>> notReady, BooleanSupplier draining) {
        this.notReady = notReady;
        this.draining = draining;
    }

    void begin(Exchange exchange, Target target) throws Refusal {
        boolean live = target.path().equals("/-/health/live");
        if (!live && !target.path().equals("/-/health/ready")) {
            throw new Refusal(
                    Problem.NOT_FOUND, "there is no " + target.path() + "; there are /-/health/live, /-/health/ready");
        }
        HttpMethod method = exchange.request().method();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            throw Routes.notAllowed(method, "GET, HEAD, OPTIONS");
        }
        target.allow(Set.of());
        exchange.then(null, live ? Health::good : this::ready);
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
