package dev.ginkgo.etcd;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.etcd.client.EtcdClient;
import dev.ginkgo.etcd.client.EtcdException;
import dev.ginkgo.etcd.client.GrantedLease;
import dev.ginkgo.etcd.client.KeyRange;
import dev.ginkgo.etcd.client.KeyValue;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * This node in etcd: one lease of etcd, to which the keys of the member and of the leader are attached, so that both
 * disappear when the node dies. Each {@link #step} renews the lease, then reads all keys of the cluster, and acts on
 * what it read.
 *
 * <p>A leadership is the existence of the leader's key. It was created when there was none, and etcd removes it no
 * earlier than the ttl after the last renewal arrived. The node's own lease counts from before the renewal was sent, so
 * it has expired by then. A renewal counts if a majority of the servers confirms afterwards, in the same Raft term, that
 * the key still exists: a server of etcd that was frozen does not renew a lease that the others have let expire.
 *
 * <p>Used by one thread at a time, except {@link #update}, {@link #stepDown} and {@link #revision}.
 */
final class EtcdSession {
    /** What a step leaves to do. */
    enum Outcome {
        /** Nothing until the next renewal, or the next change. */
        SETTLED,
        /** The step has changed keys, and the next one acts on the result. */
        REPEAT,
        /** A newer node has this identity; this one stays out permanently. */
        SUPERSEDED
    }

    private final EtcdClient client;
    private final ClusterKeys keys;
    private final TimeSource timeSource;
    private final CoordinatorListener listener;
    private final Logger log;
    private final IncarnationCounter incarnationCounter;
    private final Duration renewalTimeout;
    private final long ttlSeconds;

    private volatile Member self;
    private volatile long revision;
    private volatile @Nullable Epoch held;
    private volatile @Nullable Epoch toRelease;
    private volatile List<Member> reportedRoster = List.of();

    private boolean isCounterRaised;
    private boolean isSuperseded;
    private boolean isLongTtlLogged;
    private long lease; // zero if there is none
    private @Nullable Epoch reportedLeader;
    private @Nullable Epoch released;
    private @Nullable DualTimestamp steppedDownAt;

    EtcdSession(
            EtcdClient client,
            ClusterKeys keys,
            Duration timeout,
            Member self,
            CoordinatorListener listener,
            TimeSource timeSource,
            Logger log) {
        this.client = client;
        this.keys = keys;
        this.self = self;
        this.listener = listener;
        this.timeSource = timeSource;
        this.log = log;
        incarnationCounter = new IncarnationCounter(client, keys.incarnation());
        Duration interval = listener.leaseTiming().renewalInterval();
        renewalTimeout = timeout.compareTo(interval) < 0 ? timeout : interval;
        ttlSeconds = listener.leaseTiming().ttl().toSeconds();
    }

    /** Replaces this node's entry in the roster with the next step. */
    void update(Member changed) {
        self = changed;
    }

    /** Returns the revision of the last read; zero before the first one. */
    long revision() {
        return revision;
    }

    /**
     * Gives up the leadership with the next step. Any thread.
     *
     * @throws IllegalStateException if this node does not lead, or no other node is present
     */
    void stepDown() {
        Epoch epoch = held;
        if (epoch == null) {
            throw new IllegalStateException("this node, " + self.name()
                    + ", is not the leader; repeat the command at the leader, which \"ginkgo cluster\" names");
        }
        if (reportedRoster.size() < 2) {
            throw new IllegalStateException(
                    "no other node is present, so that none could take over from " + self.name() + "; start one");
        }
        toRelease = epoch;
    }

    Outcome step() throws EtcdException, IOException, InterruptedException {
        if (isSuperseded) {
            return Outcome.SUPERSEDED;
        }
        releaseIfRequested();
        DualTimestamp start = DualTimestamp.now(timeSource);
        long term = renew();
        KeyRange range = client.range(keys.prefix(), renewalTimeout);
        revision = range.header().revision();
        ClusterState state = ClusterState.of(range, keys);
        if (state.created().isEmpty()) {
            endLeadership();
            String now = String.valueOf(timeSource.now().toEpochMilli());
            client.putIf(keys.created(), 0, now, 0);
            return Outcome.REPEAT;
        }
        Outcome outcome = claimName(state);
        if (outcome != Outcome.SETTLED) {
            return outcome;
        }
        if (!state.roster().equals(reportedRoster)) {
            reportedRoster = state.roster();
            listener.rosterChanged(reportedRoster);
        }
        Optional<KeyValue> leader = state.leader();
        if (leader.isEmpty()) {
            endLeadership();
            if (hasJustSteppedDown()) {
                return Outcome.SETTLED;
            }
            client.putIf(keys.leader(), 0, self.name(), lease);
            return Outcome.REPEAT;
        }
        boolean isConfirmed = term == range.header().term();
        return follow(leader.get(), state.epoch(leader.get()), isConfirmed ? start : null);
    }

    /** Renews the lease, or creates one; returns the Raft term of the answer. */
    private long renew() throws EtcdException, InterruptedException {
        if (!isCounterRaised) {
            incarnationCounter.raiseTo(self.incarnation());
            isCounterRaised = true;
        }
        if (lease != 0) {
            GrantedLease renewed = client.keepAlive(lease, renewalTimeout);
            if (renewed.ttlSeconds() > 0) {
                return renewed.header().term();
            }
            log.info("the lease of this node in etcd has ended; this node joins again");
            lease = 0;
            endLeadership();
        }
        GrantedLease granted = client.grant(ttlSeconds);
        lease = granted.id();
        if (granted.ttlSeconds() > ttlSeconds && !isLongTtlLogged) {
            isLongTtlLogged = true;
            log.warn(
                    "etcd grants leases of {} s instead of {} s, because of its election timeout; a node that dies is"
                            + " replaced after that time",
                    granted.ttlSeconds(),
                    ttlSeconds);
        }
        return granted.header().term();
    }

    /** Makes the key of this node's name its own, unless a newer incarnation has it. */
    private Outcome claimName(ClusterState state) throws EtcdException, InterruptedException {
        Member me = self;
        String entry = MemberCodec.encode(me);
        Optional<ClusterState.Entry> existing = state.find(me.name());
        if (existing.isPresent() && existing.get().member().incarnation() > me.incarnation()) {
            isSuperseded = true;
            leave();
            return Outcome.SUPERSEDED;
        }
        if (existing.isPresent()
                && existing.get().key().lease() == lease
                && existing.get().key().value().equals(entry)) {
            return Outcome.SETTLED;
        }
        long seen = existing.map(found -> found.key().modRevision()).orElse(0L);
        client.putIf(keys.member(me.name()), seen, entry, lease);
        return Outcome.REPEAT;
    }

    /** Reports the leader, and this node's own leadership if it is the leader and the renewal is confirmed. */
    private Outcome follow(KeyValue leader, Epoch epoch, @Nullable DualTimestamp start)
            throws EtcdException, InterruptedException {
        boolean isLeader = leader.lease() == lease;
        if (!isLeader || !epoch.equals(held)) {
            endLeadership();
        }
        if (!epoch.equals(reportedLeader)) {
            reportedLeader = epoch;
            listener.leaderChanged(leader.value(), epoch);
        }
        if (isLeader && epoch.equals(released)) { // it could not be deleted before
            client.deleteIf(keys.leader(), leader.createRevision());
            return Outcome.REPEAT;
        }
        if (!isLeader || start == null) {
            return Outcome.SETTLED;
        }
        if (listener.leaseRenewed(epoch, start)) {
            held = epoch;
            return Outcome.SETTLED;
        }
        held = null;
        client.deleteIf(keys.leader(), leader.createRevision());
        return Outcome.REPEAT;
    }

    private void releaseIfRequested() throws EtcdException, InterruptedException {
        Epoch epoch = toRelease;
        toRelease = null;
        if (epoch != null && epoch.equals(held)) {
            released = epoch;
            steppedDownAt = DualTimestamp.now(timeSource);
            endLeadership();
            client.deleteIf(keys.leader(), epoch.number());
        }
    }

    private boolean hasJustSteppedDown() {
        DualTimestamp at = steppedDownAt;
        return at != null
                && at.elapsedMonotonic(timeSource)
                                .compareTo(listener.leaseTiming().takeoverDelay())
                        < 0;
    }

    private void endLeadership() {
        Epoch ended = held;
        if (ended != null) {
            held = null;
            listener.leaseEnded(ended);
        }
    }

    /** Ends this node's leadership, and then revokes its lease, which removes its keys. */
    void leave() throws EtcdException, InterruptedException {
        endLeadership();
        long left = lease;
        lease = 0;
        if (left != 0) {
            client.revoke(left);
        }
    }
}
