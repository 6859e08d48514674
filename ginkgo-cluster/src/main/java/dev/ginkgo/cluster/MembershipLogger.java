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
 * Says in the log who comes, who goes, and who leads, from the moment on at which this node is not alone: who runs one
 * node by itself does not want to read about a cluster. An observer of both; each is told by one task at a time.
 */
final class MembershipLogger {
    private final Logger log;
    private volatile boolean hasPeers;
    private volatile Map<String, Long> knownIncarnations = Map.of(); // incarnations by name
    private volatile Optional<Leader> leaderChanged = Optional.empty();
    private volatile Optional<Epoch> ledEpoch = Optional.empty();

    MembershipLogger(Logger log) {
        this.log = log;
    }

    /** A new run of the cluster: whoever was there before is met again. */
    void reset() {
        hasPeers = false;
        knownIncarnations = Map.of();
        leaderChanged = Optional.empty();
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
            log.info("{}; the members: {}", changes, String.join(", ", now.keySet()));
        }
        if (wasAlone) {
            leaderChanged.ifPresent(this::logLeader);
        }
    }

    private static String changes(Map<String, Long> before, Map<String, Long> now) {
        String joined = namesOnlyIn(now, before);
        String left = namesOnlyIn(before, now);
        String again = now.keySet().stream()
                .filter(name -> before.containsKey(name) && !before.get(name).equals(now.get(name)))
                .collect(joining(", "));
        return Stream.of(
                        joined.isEmpty() ? "" : joined + " joined",
                        left.isEmpty() ? "" : left + " left",
                        again.isEmpty() ? "" : again + " came again")
                .filter(part -> !part.isEmpty())
                .collect(joining(", "));
    }

    /** Who is in the first and not in the second. */
    private static String namesOnlyIn(Map<String, Long> in, Map<String, Long> notIn) {
        return in.keySet().stream().filter(name -> !notIn.containsKey(name)).collect(joining(", "));
    }

    void leaderChanged(Optional<Leader> now) {
        leaderChanged = now;
        if (hasPeers) {
            now.ifPresent(this::logLeader);
        }
    }

    private void logLeader(Leader who) {
        log.info("{} leads, epoch {}", who.name(), who.epoch());
    }

    /** This node's own. */
    void leaseChanged(Optional<Lease> lease) {
        Optional<Epoch> before = ledEpoch;
        ledEpoch = lease.map(Lease::epoch);
        if (hasPeers && lease.isEmpty()) {
            before.ifPresent(epoch -> log.info("this node leads no longer, epoch {} is over for it", epoch));
        }
    }
}
