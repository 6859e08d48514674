package dev.ginkgo.hub;

import java.util.function.Supplier;

/** What one run of a hub has, and its front works with. */
record Core(Store store, FanOut streams, Counters counters, Supplier<Peers> peers) {

    /** Of a hub that knows of no others. */
    Core(Store store, FanOut streams, Counters counters) {
        this(store, streams, counters, () -> Peers.NONE);
    }
}
