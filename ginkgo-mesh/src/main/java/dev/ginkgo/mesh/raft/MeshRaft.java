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
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.protocols.raft.RaftHeader;
import org.jgroups.protocols.raft.Role;
import org.jgroups.raft.Options;
import org.jgroups.raft.util.CommitTable;
import org.jgroups.raft.util.Utils;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * jgroups-raft, and what it does not do in 1.1.4: it counts a majority anew when the voters come from a snapshot; a
 * learner that finds itself among those votes; and a leader that is removed from the voters goes on until it leaves, so
 * that the others learn that the removal is committed (else they would go on counting it).
 */
public final class MeshRaft extends RAFT {
    /** A few hundred renewals. */
    private static final int SNAPSHOT_AFTER_BYTES = 16 * 1024;

    /** Less than a pause between renewals, or entries that a node lacks would never be sent again. */
    private static final int RETRANSMIT_MILLIS = 75;

    private final Predicate<Address> isOfSameCluster;
    private final RaftLog raftLog;
    private volatile boolean stopping;

    /**
     * @param ours to which nodes it listens
     */
    public MeshRaft(String name, RaftLog log, ClusterStateMachine state, Predicate<Address> ours) {
        this.isOfSameCluster = ours;
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

    /** For a stack that was built and never started; else it is closed already. */
    public void closeLog() {
        try {
            raftLog.close();
        } catch (IOException e) {
            log.debug("%s: closing the journal: %s", local_addr, e);
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
        if (header instanceof InstallSnapshotRequest) {
            updateQuorum();
        }
    }

    /**
     * A leader of an older term is told so, and is elected again in a later one, as in Raft. jgroups-raft drops what it sends
     * without a word; a node that has held elections in vain, among voters of old, would never hear of it.
     */
    private void replyWithCurrentTerm(Address leader) {
        AppendResult older = new AppendResult(AppendResult.Result.FAIL_ENTRY_NOT_FOUND, log().lastAppended());
        down_prot.down(new EmptyMessage(leader).putHeader(id, new AppendEntriesResponse(currentTerm(), older)));
    }

    @Override
    public void stop() {
        stopping = true;
        super.stop();
    }

    /**
     * Who votes: by all changes in the log, committed or not, as Raft wants it. In jgroups-raft a change counts when it
     * is known to be committed; those who do not know it yet would wait for the voters of old when the leader dies.
     */
    @Override
    public List<String> members() {
        return raftLog.voters(super.members());
    }

    /**
     * How many answers it takes, the leader's own included. A leader that is no voter (any more) needs one more. Until
     * a change is committed, not fewer than before it: the answer of a node that has just been removed may be among
     * those that came for an older entry.
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

    private void updateQuorum() {
        computeMajority();
        if (!isLeader()) {
            changeRole(isVoter() ? Role.Follower : Role.Learner);
        }
    }

    @Override
    protected void _removeServer(String name) {
        if (name.equals(raft_id) && isLeader()) {
            List<String> rest = new ArrayList<>(super.members());
            rest.remove(name);
            members(rest);
        } else {
            super._removeServer(name);
        }
    }

    public boolean isVoter() {
        return members().contains(raft_id);
    }

    /** How many of the voters are in the view. */
    public long presentVoters(View inView) {
        return inView.getMembers().stream()
                .map(Utils::extractRaftId)
                .filter(members()::contains)
                .distinct()
                .count();
    }

    public boolean hasMajority(View inView) {
        return presentVoters(inView) >= majority();
    }

    /** Completes when the command is committed, and exceptionally if this node leads no longer. */
    CompletableFuture<?> commit(RaftCommand raftCommand) {
        byte[] bytes = raftCommand.encode();
        try {
            return setAsync(bytes, 0, bytes.length, Options.create(true));
        } catch (IllegalStateException notLeader) {
            return CompletableFuture.failedFuture(notLeader);
        }
    }

    /** The same for a change of the voters. */
    CompletableFuture<?> changeVoter(boolean add, String name) {
        try {
            return add ? addServer(name) : removeServer(name);
        } catch (Exception notLeader) {
            return CompletableFuture.failedFuture(notLeader);
        }
    }

    /** Whether every voter in the view knows all entries up to that one to be committed. Asked on the leader. */
    public boolean isKnownByAllVoters(View inView, long index) {
        CommitTable table = commit_table;
        if (table == null) {
            return false;
        }
        for (Address each : inView.getMembers()) {
            CommitTable.Entry known = table.get(each);
            boolean matters = !each.equals(local_addr) && members().contains(Utils.extractRaftId(each));
            if (matters && (known == null || known.commitIndex() < index)) {
                return false;
            }
        }
        return true;
    }

    /** Whether that node in the view has, and knows to be committed, all that is committed. Asked on the leader. */
    boolean hasCaughtUp(View inView, String name) {
        CommitTable table = commit_table;
        return table != null
                && inView.getMembers().stream()
                        .filter(each -> name.equals(Utils.extractRaftId(each)))
                        .map(table::get)
                        .anyMatch(known -> known != null && known.commitIndex() >= commitIndex());
    }
}
