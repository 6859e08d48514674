package dev.ginkgo.etcd;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.etcd.client.KeyRange;
import dev.ginkgo.etcd.client.KeyValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Members and leader of a cluster as of one revision.
 *
 * @param members in the order in which they joined, which is the same on all nodes
 * @param leader the key of the leader; empty if there is none
 * @param created when the keys of the cluster were created; empty if that is not stored yet
 * @param etcd id of the etcd cluster, in hexadecimal
 */
record ClusterState(List<Entry> members, Optional<KeyValue> leader, Optional<String> created, String etcd) {

    /** A member and its key. */
    record Entry(Member member, KeyValue key) {}

    ClusterState {
        members = List.copyOf(members);
    }

    /** @throws IOException if a key was not written by a node; the message names it */
    static ClusterState of(KeyRange range, ClusterKeys keys) throws IOException {
        List<Entry> members = new ArrayList<>();
        Optional<KeyValue> leader = Optional.empty();
        Optional<String> created = Optional.empty();
        for (KeyValue each : range.entries()) {
            if (each.key().equals(keys.leader())) {
                leader = Optional.of(each);
            } else if (each.key().equals(keys.created())) {
                created = Optional.of(each.value());
            } else if (each.key().startsWith(keys.members())) {
                try {
                    members.add(new Entry(MemberCodec.decode(each.value()), each));
                } catch (IOException e) {
                    throw new IOException(
                            "the key " + each.key() + " of etcd is not the entry of a node; delete it, or set another"
                                    + " prefix for this cluster",
                            e);
                }
            }
        }
        members.sort(Comparator.comparingLong(entry -> entry.key.createRevision()));
        return new ClusterState(
                members, leader, created, Long.toHexString(range.header().clusterId()));
    }

    Optional<Entry> find(String name) {
        return members.stream()
                .filter(entry -> entry.member.name().equals(name))
                .findFirst();
    }

    List<Member> roster() {
        return members.stream().map(Entry::member).toList();
    }

    /**
     * Returns the epoch of a leader. Its cluster contains when the keys were created: the revisions of a server without data begin at
     * 1 again, also if its id is the same.
     */
    Epoch epoch(KeyValue leaderKey) {
        return new Epoch("etcd-" + etcd + "-" + created.orElse("0"), leaderKey.createRevision());
    }
}
