/**
 * The engine {@code nats}: membership and leadership by a key-value bucket of NATS, and messages between hubs by its streams.
 * Loaded if the configuration selects it.
 */
module dev.ginkgo.nats {
    requires transitive dev.ginkgo.hub;
    requires io.nats.jnats;
    requires static transitive org.jspecify;

    exports dev.ginkgo.nats;

    provides dev.ginkgo.cluster.spi.CoordinatorProvider with
            dev.ginkgo.nats.NatsCoordinatorEngine;
    provides dev.ginkgo.hub.spi.BrokerProvider with
            dev.ginkgo.nats.NatsBrokerEngine;
}
