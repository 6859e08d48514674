package dev.ginkgo.etcd;

import dev.ginkgo.cluster.spi.AbsentServersContract;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.config.Address;
import java.net.URI;
import java.util.List;

/** The log of a node while no server of etcd works. */
class EtcdAbsentServersTest extends AbsentServersContract {
    @Override
    protected Coordinator coordinator(List<Address> servers) {
        return new EtcdCoordinator(
                servers.stream().map(each -> URI.create("http://" + each)).toList(), "/absent/");
    }
}
