/** The coordinator engine {@code etcd}: membership and leadership in etcd. Loaded if the configuration selects it. */
module dev.ginkgo.etcd {
    requires transitive dev.ginkgo.cluster;
    requires com.fasterxml.jackson.core;
    requires java.net.http;
    requires static transitive org.jspecify;

    exports dev.ginkgo.etcd;

    provides dev.ginkgo.cluster.spi.CoordinatorProvider with
            dev.ginkgo.etcd.EtcdEngine;
    provides dev.ginkgo.config.SettingsSourceProvider with
            dev.ginkgo.etcd.EtcdSettingsProvider;
}
