package dev.ginkgo.mesh.raft;

import dev.ginkgo.mesh.raft.storage.RaftLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jgroups.Address;
import org.jgroups.EmptyMessage;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.protocols.raft.AppendEntriesRequest;
import org.jgroups.protocols.raft.AppendEntriesResponse;
import org.jgroups.protocols.raft.AppendResult;
import org.jgroups.protocols.raft.RaftHeader;
import org.jgroups.protocols.raft.Role;
import org.jgroups.raft.util.CommitTable;
import org.jgroups.raft.util.Utils;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * jgroups-raft with behavior that version 1.1.4 lacks: the majority is recomputed when the voters change by a snapshot;
 * a learner that is a voter according to the snapshot votes; and a leader that is removed from the voters continues
 * until it leaves, so that the others learn that its removal is committed (otherwise they would keep counting it as a
 * voter), or becomes a voter again.
 */
public final class MeshRaft extends StrictRaft {
    /** A few hundred renewals. */
    private static final int SNAPSHOT_AFTER_BYTES = 16 * 1024;

    /** Must be shorter than the renewal interval: otherwise missing entries would never be retransmitted. */
    private static final int RETRANSMIT_MILLIS = 75;

    private final Predicate<Address> isOfSameCluster;
    private volatile boolean stopping;

    /**
     * @param isOfSameCluster tells whether to accept Raft messages from a node
     */
    public MeshRaft(String name, RaftLog log, ClusterStateMachine state, Predicate<Address> isOfSameCluster) {
        super(log);
        this.isOfSameCluster = isOfSameCluster;
        setId(RAFT_ID);
        raftId(name);
        log(log);
        stateMachine(state);
        max_log_size = SNAPSHOT_AFTER_BYTES;
        resend_interval = RETRANSMIT_MILLIS;
        maxLogCacheSize(0);
    }

    @Override
    public void start() throws Exception {
        super.start();
        updateQuorum();
    }

    @Override
    public @Nullable Object up(Message message) {
        return message.getHeader(id) == null || isOfSameCluster.test(message.getSrc()) ? super.up(message) : null;
    }

    @Override
    public void up(MessageBatch batch) {
        if (!isOfSameCluster.test(batch.sender())) {
            batch.removeIf(message -> message.getHeader(id) != null, true);
        }
        super.up(batch);
    }

    /** Closes the Raft log of a stack that was never started. Has no effect if the log is already closed. */
    public void closeLog() {
        try {
            raftLog.close();
        } catch (IOException e) {
            log.debug("%s: cannot close the Raft log: %s", local_addr, e);
        }
    }

    @Override
    public void handleUpRequest(Message message, RaftHeader header) {
        if (stopping) {
            return;
        }
        if (header instanceof AppendEntriesRequest && header.currTerm() < currentTerm()) {
            replyWithCurrentTerm(message.getSrc());
            return;
        }
        super.handleUpRequest(message, header);
    }

    /**
     * Reports the current term to a leader of an older term, so that it steps down and can be elected in a later term,
     * as in Raft. jgroups-raft silently drops the leader's messages; a node that increased its term in failed
     * elections, based on an old set of voters, would never follow that leader.
     */
    private void replyWithCurrentTerm(Address leader) {
        AppendResult result = new AppendResult(AppendResult.Result.FAIL_ENTRY_NOT_FOUND, log().lastAppended());
        down_prot.down(new EmptyMessage(leader).putHeader(id, new AppendEntriesResponse(currentTerm(), result)));
    }

    @Override
    public void stop() {
        stopping = true;
        super.stop();
    }

    /**
     * Returns the voters after all changes in the log, committed or not, as Raft requires. In jgroups-raft a change
     * takes effect when it is known to be committed; if the leader fails, nodes that do not know that yet would wait
     * for the old voters.
     */
    @Override
    public List<String> members() {
        return raftLog.voters(super.members());
    }

    /**
     * Returns the number of acknowledgements needed for a commit, including the leader's own. A leader that is not a
     * voter (any more) needs one more. Until a change of the voters is committed, no fewer are needed than before it:
     * acknowledgements of an older entry may include one from a node that has just been removed.
     */
    @Override
    public int majority() {
        List<String> voters = members();
        int needed = voters.size() / 2 + 1;
        if (!isLeader()) {
            return needed;
        }
        int own = voters.contains(raft_id) ? 0 : 1;
        return Math.max(needed + own, Math.min(super.majority(), voters.size() + own));
    }

    @Override
    protected void snapshotInstalled() {
        updateQuorum();
    }

    /** Recomputes the majority, and this node's role as voter or learner. */
    private void updateQuorum() {
        computeMajority();
        if (!isLeader()) {
            changeRole(isVoter() ? Role.Follower : Role.Learner);
        }
    }

    @Override
    protected void _removeServer(String name) {
        if (name.equals(raft_id) && isLeader()) {
            List<String> remaining = new ArrayList<>(super.members());
            remaining.remove(name);
            members(remaining);
        } else {
            super._removeServer(name);
        }
    }

    /** A leader that becomes a voter again remains the leader, which jgroups-raft would make a follower. */
    @Override
    protected void _addServer(String name) {
        if (name.equals(raft_id) && isLeader()) {
            List<String> extended = new ArrayList<>(super.members());
            if (!extended.contains(name)) {
                extended.add(name);
            }
            members(extended);
        } else {
            super._addServer(name);
        }
    }

    /** Returns whether this node is a voter. */
    public boolean isVoter() {
        return members().contains(raft_id);
    }

    /** Returns whether this node is removed from the voters by a change that it does not know to be committed. */
    public boolean isRemovalPending() {
        return !isVoter() && super.members().contains(raft_id);
    }

    /** Returns how many of the voters are in the view. */
    public long presentVoters(View inView) {
        return inView.getMembers().stream()
                .map(Utils::extractRaftId)
                .filter(members()::contains)
                .distinct()
                .count();
    }

    /** Returns whether a majority of the voters is in the view. */
    public boolean hasMajority(View inView) {
        return presentVoters(inView) >= majority();
    }

    /**
     * Returns whether every voter in the view knows that all entries up to {@code index} are committed. Valid only on
     * the leader; false on other nodes.
     */
    public boolean isKnownByAllVoters(View inView, long index) {
        CommitTable table = commit_table;
        if (table == null) {
            return false;
        }
        for (Address each : inView.getMembers()) {
            CommitTable.Entry entry = table.get(each);
            boolean relevant = !each.equals(local_addr) && members().contains(Utils.extractRaftId(each));
            if (relevant && (entry == null || entry.commitIndex() < index)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the first other voter in the view that has every entry of the log. Empty unless this node is the leader. */
    public Optional<Address> successor(View inView) {
        CommitTable table = commit_table;
        List<String> voters = members();
        return table == null
                ? Optional.empty()
                : inView.getMembers().stream()
                        .filter(each -> !each.equals(local_addr) && voters.contains(Utils.extractRaftId(each)))
                        .filter(each -> {
                            CommitTable.Entry entry = table.get(each);
                            return entry != null && entry.matchIndex() >= lastAppended();
                        })
                        .findFirst();
    }

    /**
     * Returns whether the named node is in the view, has all committed entries, and knows that they are committed.
     * Valid only on the leader, which itself has caught up; false on other nodes.
     */
    boolean hasCaughtUp(View inView, String name) {
        CommitTable table = commit_table;
        if (isLeader() && name.equals(raft_id)) {
            return true;
        }
        return table != null
                && inView.getMembers().stream()
                        .filter(each -> name.equals(Utils.extractRaftId(each)))
                        .map(table::get)
                        .anyMatch(entry -> entry != null && entry.commitIndex() >= commitIndex());
    }
}
