package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.MessageHub;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Views of the clusters and hubs in a tree, for the control socket. Loaded only if one of them is requested. */
final class NetworkViews {
    private NetworkViews() {}

    /** Returns the clusters, each as this node sees it: members, voters, leader, and why there is no leader. */
    static Map<String, @Nullable Object> clusters(Service root) {
        return all("clusters", root, Cluster.class, NetworkViews::cluster);
    }

    /** Returns the hubs with the addresses at which a client on this machine reaches them. */
    static Map<String, @Nullable Object> hubs(Service root) {
        return all("hubs", root, MessageHub.class, NetworkViews::hub);
    }

    private static <S extends Service> Map<String, @Nullable Object> all(
            String key, Service root, Class<S> type, Function<S, Map<String, @Nullable Object>> view) {
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put(key, Ginkgo.findAll(root, type).stream().map(view).toList());
        return response;
    }

    private static Map<String, @Nullable Object> cluster(Cluster cluster) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("path", cluster.status().path());
        view.put("state", cluster.status().state());
        view.put("self", cluster.identity().toString());
        Optional<Leader> leader = cluster.leader();
        view.put("leader", leader.map(Leader::name).orElse(null));
        view.put("epoch", leader.map(known -> known.epoch().number()).orElse(null));
        view.put("epochOf", leader.map(known -> known.epoch().cluster()).orElse(null));
        view.put(
                "leaseMillis",
                cluster.lease()
                        .map(Lease::remaining)
                        .map(remaining -> remaining.toMillis())
                        .orElse(null));
        view.put("voters", cluster.voters());
        view.put("problems", cluster.status().notReady());
        view.put("members", cluster.roster().stream().map(NetworkViews::member).toList());
        return view;
    }

    private static Map<String, @Nullable Object> member(Member member) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("name", member.name());
        view.put("incarnation", member.incarnation());
        view.put("version", member.version());
        view.put("url", member.url().map(String::valueOf).orElse(null));
        return view;
    }

    private static Map<String, @Nullable Object> hub(MessageHub hub) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("path", hub.status().path());
        view.put(
                "address",
                address(hub).map(address -> prefix(hub) + local(address)).orElse(null));
        return view;
    }

    private static Optional<Address> address(MessageHub hub) {
        try {
            return Optional.of(hub.address());
        } catch (IllegalStateException e) {
            return Optional.empty(); // not listening: disabled, starting or stopping
        }
    }

    /** Returns the scheme of the address, unless it is the default one. */
    private static String prefix(MessageHub hub) {
        return hub.isSecure() ? "https://" : "";
    }

    /** Returns the address for a client on this machine: loopback if the hub listens on all addresses. */
    private static String local(Address address) {
        return address.isWildcard() ? "127.0.0.1:" + address.port() : address.toString();
    }
}
