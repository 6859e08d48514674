package dev.ginkgo.nats.coordinator;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members, each an entry of the bucket that its node rewrites periodically. A node whose entry has not been received for
 * the failure timeout, by this node's monotonic clock, is removed from the roster; the leader also deletes its entry.
 *
 * <p>A roster is trusted only as long as this node receives its own entry back. Otherwise every member would seem dead when it is this
 * node that receives nothing.
 *
 * <p>Confined to the task of the coordinator, except {@link #hasOthers}.
 */
final class Roster {
    private static final Logger LOG = LoggerFactory.getLogger(Roster.class);
    private static final int HEARTBEATS_PER_TIMEOUT = 4;

    private record Observed(Member member, long revision, DualTimestamp receivedAt) {}

    private final CoordinatorListener listener;
    private final TimeSource time;
    private final Duration failureTimeout;
    private final Map<String, Observed> present = new TreeMap<>();

    private Member self;
    private Optional<BucketWriter> bucket = Optional.empty();
    private volatile List<Member> reported = List.of();
    private DualTimestamp lastOwnReceipt;
    private @Nullable DualTimestamp lastHeartbeat;
    private long ownRevision;
    private boolean writing;
    private boolean changed = true;
    private boolean replaced;

    Roster(Member self, CoordinatorListener listener, TimeSource time, Duration failureTimeout) {
        this.self = self;
        this.listener = listener;
        this.time = time;
        this.failureTimeout = failureTimeout;
        this.lastOwnReceipt = DualTimestamp.now(time);
    }

    /** Begins with a connection: forgets the entries, but keeps the reported roster. */
    void connected() {
        present.clear();
        ownRevision = 0;
        writing = false;
        changed = true;
    }

    /** Continues when the present entries have been received. */
    void synchronised(BucketWriter writer) {
        bucket = Optional.of(writer);
        DualTimestamp now = DualTimestamp.now(time);
        lastOwnReceipt = now;
        present.replaceAll((_, each) -> new Observed(each.member, each.revision, now));
        report();
    }

    /** The connection has ended; the roster stays as it is. */
    void disconnected() {
        bucket = Optional.empty();
        writing = false;
    }

    /** Replaces the entry of this node. */
    void update(Member newSelf) {
        self = newSelf;
        changed = true;
    }

    /** Returns whether other nodes are present. Any thread. */
    boolean hasOthers() {
        return reported.size() > 1;
    }

    /** Returns whether a newer process with the name of this node has joined. */
    boolean isReplaced() {
        return replaced;
    }

    /**
     * Returns whether this node has not received its own entries for the failure timeout, although it is connected: the
     * connection, or the subscription at the server, does not work.
     */
    boolean isDeaf() {
        return bucket.isPresent()
                && !replaced
                && remaining(failureTimeout, lastOwnReceipt).isNegative();
    }

    /** Receives an entry. */
    void received(Member member, long revision) {
        DualTimestamp now = DualTimestamp.now(time);
        if (member.name().equals(self.name())) {
            ownRevision = Math.max(ownRevision, revision);
            if (member.incarnation() > self.incarnation()) {
                replaceSelf(member);
            } else if (member.incarnation() == self.incarnation()) {
                lastOwnReceipt = now;
            }
        }
        present.put(member.name(), new Observed(member, revision, now));
        if (bucket.isPresent()) {
            report();
        }
    }

    private void replaceSelf(Member newer) {
        if (!replaced) {
            replaced = true;
            LOG.error(
                    "a newer process with the identity {} has joined (incarnation {}; this one is {}); this one leaves."
                            + " Check that no two nodes have this identity",
                    self.name(),
                    newer.incarnation(),
                    self.incarnation());
        }
    }

    /** Receives the deletion of an entry. */
    void deleted(String name, long revision) {
        if (name.equals(self.name())) {
            ownRevision = Math.max(ownRevision, revision);
            changed = true;
        }
        present.remove(name);
        if (bucket.isPresent()) {
            report();
        }
    }

    /**
     * Sends what is due, and removes dead members.
     *
     * @param leading whether to delete the entries of dead members
     */
    void tick(boolean leading) {
        BucketWriter writer = bucket.orElse(null);
        if (writer == null) {
            return;
        }
        if (!replaced && !writing && !untilHeartbeat().isPositive()) {
            heartbeat(writer);
        }
        if (remaining(failureTimeout.dividedBy(2), lastOwnReceipt).isNegative() && !replaced) {
            return; // it may be this node that receives nothing
        }
        List<Observed> dead = present.values().stream()
                .filter(each -> !each.member.name().equals(self.name()))
                .filter(each -> remaining(failureTimeout, each.receivedAt).isNegative())
                .toList();
        for (Observed each : dead) {
            LOG.info("{} has sent nothing for {} ms", each.member.name(), failureTimeout.toMillis());
            present.remove(each.member.name());
            if (leading) {
                writer.delete(MemberEntry.key(each.member.name()), each.revision);
            }
        }
        if (!dead.isEmpty()) {
            report();
        }
    }

    /** Returns how long nothing is due. */
    Duration untilDue() {
        Duration interval = failureTimeout.dividedBy(HEARTBEATS_PER_TIMEOUT);
        if (bucket.isEmpty() || writing || replaced) {
            return interval;
        }
        return untilHeartbeat();
    }

    private Duration untilHeartbeat() {
        return changed ? Duration.ZERO : remaining(failureTimeout.dividedBy(HEARTBEATS_PER_TIMEOUT), lastHeartbeat);
    }

    private void heartbeat(BucketWriter writer) {
        writing = true;
        changed = false;
        lastHeartbeat = DualTimestamp.now(time);
        writer.write(
                MemberEntry.key(self.name()),
                MemberEntry.encode(self),
                ownRevision,
                revision -> {
                    writing = false;
                    ownRevision = Math.max(ownRevision, revision);
                },
                () -> writing =
                        false); // an older entry of this name, or the deletion of its own, is about to be received
    }

    /** Deletes the entry of this node, unless it is that of a newer process. */
    void leave() {
        if (!replaced && ownRevision > 0) {
            bucket.ifPresent(writer -> writer.delete(MemberEntry.key(self.name()), ownRevision));
        }
        replaced = true;
    }

    private void report() {
        List<Member> members = new ArrayList<>();
        present.values().forEach(each -> members.add(each.member));
        if (members.stream().noneMatch(each -> each.name().equals(self.name()))) {
            members.add(self);
        }
        if (!members.equals(reported)) {
            reported = List.copyOf(members);
            listener.rosterChanged(reported);
        }
    }

    private Duration remaining(Duration period, @Nullable DualTimestamp since) {
        return since == null ? Duration.ofNanos(-1) : period.minus(since.elapsedMonotonic(time));
    }
}
