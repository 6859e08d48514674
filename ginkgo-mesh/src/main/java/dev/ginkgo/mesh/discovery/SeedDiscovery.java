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
 * Discovery of other nodes at known addresses: those in the configuration, those discovered by multicast, and those of
 * known members and voters. Host names are resolved again for each search, and stand for all their addresses: the name
 * of a headless Kubernetes service stands for all its pods. A name that cannot be resolved (yet) is skipped.
 */
public final class SeedDiscovery extends TCPPING {
    private final InetAddress ownAddress;
    private final int ownPort;
    private final Supplier<Collection<Address>> addresses;

    /**
     * @param ownAddress listen address of this node, which is not searched
     * @param ownPort listen port of this node
     * @param addresses returns the addresses to search; called for each search
     */
    public SeedDiscovery(InetAddress ownAddress, int ownPort, Supplier<Collection<Address>> addresses) {
        this.ownAddress = ownAddress;
        this.ownPort = ownPort;
        this.addresses = addresses;
        setId(ClassConfigurator.getProtocolId(TCPPING.class));
        setPortRange(0);
        initial_hosts_set_programmatically = true;
        return_entire_cache = true; // a response lists all nodes that the responder knows
        async_discovery = true; // name resolution may block
        async_discovery_use_separate_thread_per_request = true; // connecting may block, too
    }

    @Override
    public void findMembers(List<org.jgroups.Address> members, boolean initial, Responses responses) {
        initial_hosts = new ArrayList<>(resolve());
        super.findMembers(members, initial, responses);
    }

    private Set<PhysicalAddress> resolve() {
        Set<PhysicalAddress> all = new LinkedHashSet<>();
        for (Address address : addresses.get()) {
            try {
                for (InetAddress each : InetAddress.getAllByName(address.host())) {
                    if (address.port() != ownPort || !each.equals(ownAddress)) {
                        all.add(new IpAddress(each, address.port()));
                    }
                }
            } catch (UnknownHostException _) {
                log.debug("%s: cannot resolve host %s", local_addr, address.host());
            }
        }
        return all;
    }
}
