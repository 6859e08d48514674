package dev.ginkgo.hub.http;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Member;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the front of a hub has to do with other nodes: browsers go from one to the other.
 *
 * @param advertise tells them where browsers reach this node
 * @param watchOrigins has somebody told the origins of all nodes' pages, this one's included, now and after each change, until
 *     what it gives is closed
 */
public record ClusterWebDirectory(
        Consumer<URI> advertise, Function<Consumer<List<String>>, AutoCloseable> watchOrigins) {

    public static ClusterWebDirectory none() {
        return new ClusterWebDirectory(url -> {}, told -> () -> {});
    }

    public static ClusterWebDirectory of(Cluster cluster) {
        return new ClusterWebDirectory(
                cluster::advertiseUrl, told -> cluster.onRoster(members -> told.accept(origins(members))));
    }

    private static List<String> origins(List<Member> members) {
        return members.stream()
                .map(Member::url)
                .flatMap(Optional::stream)
                .map(ClusterWebDirectory::origin)
                .toList();
    }

    /** The origin of a page, as browsers write it (RFC 6454, section 6.2). */
    private static String origin(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }
}
