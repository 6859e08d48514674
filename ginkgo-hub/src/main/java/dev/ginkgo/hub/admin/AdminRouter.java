package dev.ginkgo.hub;

import dev.ginkgo.Status;
import dev.ginkgo.Time;
import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The hub's own pages, below {@code /-/}. Health is open to all; the rest is for those who are on this machine. */
final class Pages implements Route {
    private static final List<String> FORWARDED =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP");

    /**
     * One page.
     *
     * @param isOpen whether anybody may see it
     * @param parameters of its query
     */
    record Page(boolean isOpen, Set<String> parameters, Served served) {}

    /** What is done when the request for a page is there. */
    @FunctionalInterface
    interface Served {
        void serve(Exchange exchange, Target target) throws Refusal;
    }

    private final Map<String, Page> pages;

    /** All of the hub's own pages. */
    static Pages of(
            RouteFactory.Context front,
            Supplier<Readings> readings,
            Supplier<Status> tree,
            IntFunction<Channels> channels,
            Time time) {
        Map<String, Page> pages = new HashMap<>();
        pages.putAll(new Health(() -> tree.get().notReady(), front.draining()).pages());
        pages.putAll(new Instruments(readings, tree, channels, front.streams(), time, front.tasks()).pages());
        return new Pages(pages);
    }

    Pages(Map<String, Page> pages) {
        this.pages = new TreeMap<>(pages);
    }

    @Override
    public boolean matches(HttpMethod method, Target target) {
        return target.isReserved();
    }

    @Override
    public void begin(Exchange exchange, Target target) throws Refusal {
        Page page = pages.get(target.path());
        if (page == null) {
            String there = pages.keySet().stream().collect(Collectors.joining(", "));
            throw new Refusal(Problem.NOT_FOUND, "there is no " + target.path() + "; there are " + there);
        }
        HttpMethod method = exchange.request().method();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            throw Refusal.notAllowed(method, "GET, HEAD, OPTIONS");
        }
        if (!page.isOpen) {
            requireNear(exchange, target);
        }
        target.allow(page.parameters);
        exchange.then(null, done -> page.served.serve(done, target));
    }

    /**
     * Who asks has to be on this machine and to call it by a loopback name, and nobody may ask on behalf of another: a
     * proxy on this machine is near, those behind it are not.
     */
    private static void requireNear(Exchange exchange, Target target) throws Refusal {
        HostPort asked = HostPort.of(Requests.host(exchange.request(), target), -1);
        boolean near = exchange.conversation().isFromLoopback()
                && asked != null
                && asked.isLoopback()
                && !exchange.isFromForeignOrigin()
                && FORWARDED.stream()
                        .noneMatch(name -> exchange.request().headers().contains(name));
        if (!near) {
            throw new Refusal(
                    Problem.LOOPBACK_ONLY,
                    "this page is for those who are on the machine of the hub, and ask it directly at localhost");
        }
    }
}
