/** A cluster of nodes in one test: one process, simulated network, and a clock that the test advances. */
module dev.ginkgo.testing.cluster {
    requires transitive dev.ginkgo.cluster;
    requires transitive dev.ginkgo.hub;
    requires transitive dev.ginkgo.testing;
    requires static transitive org.jspecify;

    exports dev.ginkgo.testing.cluster;

    provides dev.ginkgo.cluster.spi.CoordinatorProvider with
            dev.ginkgo.testing.cluster.simulation.SimulatedCoordinatorProvider;
    provides dev.ginkgo.hub.spi.TransportProvider with
            dev.ginkgo.testing.cluster.simulation.SimulatedTransportProvider;
}
