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
    private volatile boolean inCompany;
    private volatile Map<String, Long> known = Map.of(); // incarnations by name
    private volatile Optional<Leader> leader = Optional.empty();
    private volatile Optional<Epoch> led = Optional.empty();

    MembershipLogger(Logger log) {
        this.log = log;
    }

    /** A new run of the cluster: whoever was there before is met again. */
    void begin() {
        inCompany = false;
        known = Map.of();
        leader = Optional.empty();
        led = Optional.empty();
    }

    void roster(List<Member> members) {
        Map<String, Long> before = known;
        Map<String, Long> now =
                members.stream().collect(toMap(Member::name, Member::incarnation, Math::max, TreeMap::new));
        known = now;
        boolean wasAlone = !inCompany;
        if (wasAlone && now.size() <= 1) {
            return;
        }
        inCompany = true;
        String changes = changes(before, now);
        if (!changes.isEmpty()) {
            log.info("{}; the members: {}", changes, String.join(", ", now.keySet()));
        }
        if (wasAlone) {
            leader.ifPresent(this::leads);
        }
    }

    private static String changes(Map<String, Long> before, Map<String, Long> now) {
        String joined = names(now, before);
        String left = names(before, now);
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
    private static String names(Map<String, Long> in, Map<String, Long> notIn) {
        return in.keySet().stream().filter(name -> !notIn.containsKey(name)).collect(joining(", "));
    }

    void leader(Optional<Leader> now) {
        leader = now;
        if (inCompany) {
            now.ifPresent(this::leads);
        }
    }

    private void leads(Leader who) {
        log.info("{} leads, epoch {}", who.name(), who.epoch());
    }

    /** This node's own. */
    void lease(Optional<Lease> lease) {
        Optional<Epoch> before = led;
        led = lease.map(Lease::epoch);
        if (inCompany && lease.isEmpty()) {
            before.ifPresent(epoch -> log.info("this node leads no longer, epoch {} is over for it", epoch));
        }
    }
}
