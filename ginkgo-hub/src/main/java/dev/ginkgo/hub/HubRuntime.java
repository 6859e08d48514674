package dev.ginkgo.hub;

/** What one run of a hub has, and its front works with. */
record Core(Store store, FanOut streams, Counters counters) implements HttpBackend {
    @Override
    public Publisher publisher() {
        return store;
    }
}
