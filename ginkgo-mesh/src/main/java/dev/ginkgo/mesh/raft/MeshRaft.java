package dev.ginkgo.mesh.raft;

import dev.ginkgo.mesh.raft.storage.RaftCommand;
import dev.ginkgo.mesh.raft.storage.RaftLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jgroups.Address;
import org.jgroups.EmptyMessage;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.protocols.raft.AppendEntriesRequest;
import org.jgroups.protocols.raft.AppendEntriesResponse;
import org.jgroups.protocols.raft.AppendResult;
import org.jgroups.protocols.raft.InstallSnapshotRequest;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.protocols.raft.RaftHeader;
import org.jgroups.protocols.raft.Role;
import org.jgroups.raft.Options;
import org.jgroups.raft.util.CommitTable;
import org.jgroups.raft.util.Utils;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * jgroups-raft with behavior that version 1.1.4 lacks: the majority is recomputed when the voters change by a snapshot;
 * a learner that is a voter according to the snapshot votes; and a leader that is removed from the voters continues
 * until it leaves, so that the others learn that its removal is committed (otherwise they would keep counting it as a
 * voter).
 *
 * <p>Three rules of Raft are enforced here, because jgroups-raft breaks them:
 *
 * <ul>
 *   <li>A leader commits entries of older terms only together with an entry of its own term. A majority that has stored
 *       an older entry does not suffice: the next leader may still replace it.
 *   <li>A follower acknowledges only entries that it has compared with the leader's, or appended, in this term. It
 *       deletes an entry only if it received another one for the same index.
 *   <li>A leader changes the voters only after it has committed an entry of its own term. Otherwise two leaders could
 *       change the same set of voters in different ways, and have majorities without a common voter.
 * </ul>
 */
public final class MeshRaft extends RAFT {
    /** A few hundred renewals. */
    private static final int SNAPSHOT_AFTER_BYTES = 16 * 1024;

    /** Must be shorter than the renewal interval: otherwise missing entries would never be retransmitted. */
    private static final int RETRANSMIT_MILLIS = 75;

    private final Predicate<Address> isOfSameCluster;
    private final RaftLog raftLog;
    private volatile boolean stopping;
    private volatile long committedTerm; // the term of the last entry committed while this protocol runs

    // used only by the thread that processes Raft messages
    private long matchedTerm;
    private long matchedIndex;

    /**
     * @param isOfSameCluster tells whether to accept Raft messages from a node
     */
    public MeshRaft(String name, RaftLog log, ClusterStateMachine state, Predicate<Address> isOfSameCluster) {
        this.isOfSameCluster = isOfSameCluster;
        raftLog = log;
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
        switch (header) {
            case AppendEntriesRequest append -> handleAppend(message, LeaderRequest.of(append));
            case InstallSnapshotRequest snapshot -> handleSnapshot(message, snapshot);
            default -> super.handleUpRequest(message, header);
        }
    }

    private void handleAppend(Message message, LeaderRequest request) {
        Address leader = message.getSrc();
        if (!leader.equals(local_addr) && trySetLeaderAndTerm(leader, request.term()) >= 0) {
            LogEntries entries = message.getObject();
            AppendResult result =
                    append(request, entries == null ? List.of() : List.of(entries.toArray()), matchedIndex(request));
            reply(leader, request, result);
        }
    }

    /** Compares the entries with the log, and appends those that are missing; returns null if that is impossible. */
    private @Nullable AppendResult append(LeaderRequest request, List<LogEntry> entries, long matchedBefore) {
        if (entries.isEmpty()) { // reports a commit index; says nothing about the log
            return commitMatched(request, matchedBefore);
        }
        long index = request.index();
        if (index > last_appended) {
            return new AppendResult(AppendResult.Result.FAIL_ENTRY_NOT_FOUND, last_appended);
        }
        if (conflicts(index, request.indexTerm())) {
            return conflict(index, matchedBefore);
        }
        for (LogEntry entry : entries) {
            index++;
            if (conflicts(index, entry.term())) {
                if (index <= commit_index) {
                    return conflict(index, matchedBefore);
                }
                deleteAllLogEntriesStartingFrom(index);
            }
            append(index, LogEntries.create(entry)); // has no effect if the log contains the entry
        }
        return commitMatched(request, Math.max(index, matchedBefore));
    }

    /** Returns whether the log has an entry of another term; false if it has none, or only in the snapshot. */
    private boolean conflicts(long index, long term) {
        LogEntry entry = log().get(index);
        return entry != null && entry.term() != term;
    }

    /** Reports where the entries of the conflicting term begin, so that the leader sends its own from there. */
    private @Nullable AppendResult conflict(long index, long matched) {
        if (index <= commit_index) {
            log.error("%s: entry %d is committed here, but the leader has another one", local_addr, index);
            return null;
        }
        long term = log().get(index).term();
        long first = index;
        while (first - 1 > matched && !conflicts(first - 1, term)) {
            first--;
        }
        return new AppendResult(AppendResult.Result.FAIL_CONFLICTING_PREV_TERM, first, term);
    }

    /** Returns the index up to which the log is known to be equal to the leader's; at least the commit index. */
    private long matchedIndex(LeaderRequest request) {
        return Math.max(commit_index, matchedTerm == request.term() ? matchedIndex : 0);
    }

    /** Commits what the leader has committed, as far as this log is equal to the leader's: up to {@code matched}. */
    private AppendResult commitMatched(LeaderRequest request, long matched) {
        matchedTerm = request.term();
        matchedIndex = matched;
        super.commitLogTo(Math.min(request.commitIndex(), matched), false);
        return new AppendResult(AppendResult.Result.OK, matched);
    }

    /**
     * Installs a snapshot, unless the log already contains what it covers: entries after it that this node has
     * acknowledged would be deleted.
     */
    private void handleSnapshot(Message message, InstallSnapshotRequest header) {
        LeaderRequest request = LeaderRequest.of(header);
        LogEntry entry = log().get(request.index());
        if (request.index() > commit_index && (entry == null || entry.term() != request.indexTerm())) {
            super.handleUpRequest(message, header);
            updateQuorum();
        } else if (trySetLeaderAndTerm(message.getSrc(), request.term()) >= 0) {
            long matched = Math.max(request.index(), matchedIndex(request));
            reply(message.getSrc(), request, commitMatched(request, matched));
        }
    }

    /**
     * Sends a result to the leader, unless this node has entered a later term meanwhile: it may have voted in it
     * without the entries that it would acknowledge.
     */
    private void reply(Address leader, LeaderRequest request, @Nullable AppendResult result) {
        if (result != null && currentTerm() == request.term()) {
            down_prot.down(new EmptyMessage(leader)
                    .putHeader(id, new AppendEntriesResponse(request.term(), result.commitIndex(commit_index))));
        }
    }

    /** Commits, as the leader, but only if the last of the entries is of this leader's term. */
    @Override
    protected RAFT commitLogTo(long index, boolean serializeResponse) {
        LogEntry last = log().get(Math.min(index, last_appended));
        return last != null && last.term() == currentTerm() ? super.commitLogTo(index, serializeResponse) : this;
    }

    @Override
    protected void applyCommit(long index, boolean serializeResponse) throws Exception {
        committedTerm = log().get(index).term(); // set before the future of the entry completes
        super.applyCommit(index, serializeResponse);
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

    /** Returns whether this node is a voter. */
    public boolean isVoter() {
        return members().contains(raft_id);
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
     * Appends a command. The future completes when it is committed, and exceptionally if this node is not the leader
     * any more.
     */
    CompletableFuture<?> commit(RaftCommand raftCommand) {
        byte[] bytes = raftCommand.encode();
        try {
            return setAsync(bytes, 0, bytes.length, Options.create(true));
        } catch (IllegalStateException notLeader) {
            return CompletableFuture.failedFuture(notLeader);
        }
    }

    /** Returns whether this node is the leader and has committed an entry of its own term. */
    boolean mayChangeVoters() {
        return isLeader() && committedTerm == currentTerm();
    }

    /** Appends an entry; one that changes the voters is rejected unless {@link #mayChangeVoters}. */
    @Override
    public CompletableFuture<byte[]> setAsync(
            byte[] bytes, int offset, int length, boolean internal, @Nullable Options options) {
        return internal && !mayChangeVoters()
                ? CompletableFuture.failedFuture(new IllegalStateException("term " + currentTerm()
                        + ": the voters cannot be changed before an entry of this term is committed"))
                : super.setAsync(bytes, offset, length, internal, options);
    }

    /**
     * Adds or removes a voter. The future completes like that of {@link #commit}; also exceptionally if this leader has
     * not committed an entry of its own term yet.
     */
    CompletableFuture<?> changeVoter(boolean add, String name) {
        try {
            return add ? addServer(name) : removeServer(name);
        } catch (Exception notLeader) {
            return CompletableFuture.failedFuture(notLeader);
        }
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

    /**
     * Returns whether the named node is in the view, has all committed entries, and knows that they are committed.
     * Valid only on the leader; false on other nodes.
     */
    boolean hasCaughtUp(View inView, String name) {
        CommitTable table = commit_table;
        return table != null
                && inView.getMembers().stream()
                        .filter(each -> name.equals(Utils.extractRaftId(each)))
                        .map(table::get)
                        .anyMatch(entry -> entry != null && entry.commitIndex() >= commitIndex());
    }
}
