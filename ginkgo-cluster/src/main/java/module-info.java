/** Membership, leadership and leases of a cluster, and the interface that coordinator engines implement. */
module dev.ginkgo.cluster {
    requires transitive dev.ginkgo.core;
    requires static transitive org.jspecify;

    exports dev.ginkgo.cluster;
    exports dev.ginkgo.cluster.local;
    exports dev.ginkgo.cluster.model;
    exports dev.ginkgo.cluster.security;
    exports dev.ginkgo.cluster.spi;

    uses dev.ginkgo.cluster.spi.CoordinatorProvider;
}
