package dev.ginkgo.hub;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Member;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the front of a hub has to do with other nodes: browsers go from one to the other.
 *
 * @param advertise tells them where browsers reach this node
 * @param origins the origins of all nodes' pages, this one's included
 */
record Neighbours(Consumer<URI> advertise, Supplier<List<String>> origins) {

    static Neighbours none() {
        return new Neighbours(url -> {}, List::of);
    }

    static Neighbours of(Cluster cluster) {
        return new Neighbours(
                cluster::advertiseUrl,
                () -> cluster.roster().stream()
                        .map(Member::url)
                        .flatMap(Optional::stream)
                        .map(Neighbours::origin)
                        .toList());
    }

    /** The origin of a page, as browsers write it (RFC 6454, section 6.2). */
    private static String origin(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }
}
