package dev.ginkgo.hub.http;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Member;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Access to the web addresses of the nodes of a cluster, between which browsers move.
 *
 * @param advertise publishes the URL at which browsers reach this node
 * @param watchOrigins registers a listener for the web origins of all nodes, including this one; it is called at once
 *     and after each change, until the returned registration is closed
 */
public record ClusterWebDirectory(
        Consumer<URI> advertise, Function<Consumer<List<String>>, AutoCloseable> watchOrigins) {

    /** Returns the directory of a hub that is not part of a cluster. */
    public static ClusterWebDirectory none() {
        return new ClusterWebDirectory(_ -> {}, _ -> () -> {});
    }

    /** Returns the directory of the nodes of a cluster. */
    public static ClusterWebDirectory of(Cluster cluster) {
        return new ClusterWebDirectory(
                cluster::advertiseUrl, listener -> cluster.onRoster(members -> listener.accept(origins(members))));
    }

    private static List<String> origins(List<Member> members) {
        return members.stream()
                .map(Member::url)
                .flatMap(Optional::stream)
                .map(ClusterWebDirectory::origin)
                .toList();
    }

    /** Returns the origin of a URL in the form that browsers send (RFC 6454, section 6.2). */
    private static String origin(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }
}
