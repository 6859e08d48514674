package dev.ginkgo.mesh.discovery;

import dev.ginkgo.config.Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jgroups.PhysicalAddress;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.TCPPING;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.Responses;

/**
 * Where other nodes are looked for: what the configuration says, and the voters that this node knows of. Names are
 * looked up again for each search, and stand for all their addresses: the name of a headless service of Kubernetes is
 * all its pods. A name that is not there (yet) is left out.
 */
public final class SeedDiscovery extends TCPPING {
    private final InetAddress own;
    private final int ownPort;
    private final Supplier<Collection<Address>> addresses;

    /**
     * @param places asked for each search
     */
    public SeedDiscovery(InetAddress own, int ownPort, Supplier<Collection<Address>> places) {
        this.own = own;
        this.ownPort = ownPort;
        this.addresses = places;
        setId(ClassConfigurator.getProtocolId(TCPPING.class));
        setPortRange(0);
        initial_hosts_set_programmatically = true;
        return_entire_cache = true; // a node that is asked tells of all whom it knows
        async_discovery = true; // looking names up may take a while
        async_discovery_use_separate_thread_per_request = true; // and so may connecting
    }

    @Override
    public void findMembers(List<org.jgroups.Address> members, boolean initial, Responses responses) {
        initial_hosts = new ArrayList<>(resolve());
        super.findMembers(members, initial, responses);
    }

    private Set<PhysicalAddress> resolve() {
        Set<PhysicalAddress> all = new LinkedHashSet<>();
        for (Address place : addresses.get()) {
            try {
                for (InetAddress each : InetAddress.getAllByName(place.host())) {
                    if (place.port() != ownPort || !each.equals(own)) {
                        all.add(new IpAddress(each, place.port()));
                    }
                }
            } catch (UnknownHostException _) {
                log.debug("%s: nobody knows the host %s", local_addr, place.host());
            }
        }
        return all;
    }
}
