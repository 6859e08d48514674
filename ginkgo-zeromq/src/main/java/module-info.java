/** The transport engine {@code zeromq}: messages between hubs over ZeroMQ. Loaded if the configuration selects it. */
module dev.ginkgo.zeromq {
    requires transitive dev.ginkgo.hub;
    requires jnacl;
    requires static transitive org.jspecify;

    exports dev.ginkgo.zeromq;

    provides dev.ginkgo.hub.spi.TransportProvider with
            dev.ginkgo.zeromq.ZmqEngine;
}
