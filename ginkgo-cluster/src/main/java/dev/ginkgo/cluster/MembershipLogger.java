package dev.ginkgo.cluster;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;

/**
 * Logs membership and leadership changes, from the moment at which this node has a peer: a single node does not log
 * about a cluster. Registered as an observer of each; every observer is called by one task at a time.
 */
final class MembershipLogger {
    private final Logger log;
    private volatile boolean hasPeers;
    private volatile Map<String, Long> knownIncarnations = Map.of(); // incarnations by name
    private volatile Optional<Leader> lastLeader = Optional.empty();
    private volatile Optional<Epoch> ledEpoch = Optional.empty();

    MembershipLogger(Logger log) {
        this.log = log;
    }

    /** Resets the state for a new run of the cluster; members already present are logged restarted. */
    void reset() {
        hasPeers = false;
        knownIncarnations = Map.of();
        lastLeader = Optional.empty();
        ledEpoch = Optional.empty();
    }

    void rosterChanged(List<Member> members) {
        Map<String, Long> before = knownIncarnations;
        Map<String, Long> now =
                members.stream().collect(toMap(Member::name, Member::incarnation, Math::max, TreeMap::new));
        knownIncarnations = now;
        boolean wasAlone = !hasPeers;
        if (wasAlone && now.size() <= 1) {
            return;
        }
        hasPeers = true;
        String changes = changes(before, now);
        if (!changes.isEmpty()) {
            log.info("{}; members: {}", changes, String.join(", ", now.keySet()));
        }
        if (wasAlone) {
            lastLeader.ifPresent(this::logLeader);
        }
    }

    private static String changes(Map<String, Long> before, Map<String, Long> now) {
        String joined = namesOnlyIn(now, before);
        String left = namesOnlyIn(before, now);
        String restarted = now.keySet().stream()
                .filter(name -> before.containsKey(name) && !before.get(name).equals(now.get(name)))
                .collect(joining(", "));
        return Stream.of(
                        joined.isEmpty() ? "" : joined + " joined",
                        left.isEmpty() ? "" : left + " left",
                        restarted.isEmpty() ? "" : restarted + " restarted")
                .filter(change -> !change.isEmpty())
                .collect(joining(", "));
    }

    /** Returns the names that are in the first map and not in the second. */
    private static String namesOnlyIn(Map<String, Long> in, Map<String, Long> notIn) {
        return in.keySet().stream().filter(name -> !notIn.containsKey(name)).collect(joining(", "));
    }

    void leaderChanged(Optional<Leader> now) {
        lastLeader = now;
        if (hasPeers) {
            now.ifPresent(this::logLeader);
        }
    }

    private void logLeader(Leader leader) {
        log.info("{} is the leader, epoch {}", leader.name(), leader.epoch());
    }

    /** Logs the end of this node's own leadership. */
    void leaseChanged(Optional<Lease> lease) {
        Optional<Epoch> before = ledEpoch;
        ledEpoch = lease.map(Lease::epoch);
        if (hasPeers && lease.isEmpty()) {
            before.ifPresent(epoch -> log.info("this node is no longer the leader; its epoch {} has ended", epoch));
        }
    }
}
