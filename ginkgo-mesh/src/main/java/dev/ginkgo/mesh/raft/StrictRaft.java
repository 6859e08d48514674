package dev.ginkgo.mesh.raft;

import dev.ginkgo.mesh.raft.storage.RaftCommand;
import dev.ginkgo.mesh.raft.storage.RaftLog;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jgroups.Address;
import org.jgroups.EmptyMessage;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.protocols.raft.AppendEntriesRequest;
import org.jgroups.protocols.raft.AppendEntriesResponse;
import org.jgroups.protocols.raft.AppendResult;
import org.jgroups.protocols.raft.InstallSnapshotRequest;
import org.jgroups.protocols.raft.InternalCommand;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.protocols.raft.RaftHeader;
import org.jgroups.raft.Options;
import org.jgroups.raft.util.RequestTable;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * jgroups-raft with the rules of Raft that version 1.1.4 breaks:
 *
 * <ul>
 *   <li>A leader commits entries of older terms only together with an entry of its own term. A majority that has stored
 *       an older entry does not suffice: the next leader may still replace it.
 *   <li>A follower acknowledges only entries that it has compared with the leader's, or appended, in this term. It
 *       deletes an entry only if it received another one for the same index.
 *   <li>A leader changes the voters only after it has committed an entry of its own term, and all earlier changes.
 *       Otherwise two leaders could change the same set of voters in different ways, and have majorities without a
 *       common voter.
 *   <li>A leader appends an entry only in the term in which the entry was proposed, and sends it only after it has
 *       stored it. If it cannot store it, it steps down: it must not use the index again in the same term.
 *   <li>A node that cannot write to its log answers no messages.
 * </ul>
 */
abstract class StrictRaft extends RAFT {
    final RaftLog raftLog;
    private volatile @Nullable String snapshotFailure;
    private volatile long committedTerm; // the term of the last entry committed while this protocol runs

    // used only by the thread that processes Raft messages
    private long matchedTerm;
    private long matchedIndex;

    StrictRaft(RaftLog log) {
        raftLog = log;
    }

    /** Called when the state has been replaced by a snapshot of the leader. */
    protected abstract void snapshotInstalled();

    /**
     * Returns why this node can take part in no election and store no entries until its log is opened again; empty if it
     * can. The session must end then.
     */
    public Optional<String> failure() {
        return raftLog.failure().or(() -> Optional.ofNullable(snapshotFailure));
    }

    /**
     * Returns the index of the last entry in the log, which is at least that of each change of the voters in {@link
     * #members} if that was called before. The field in jgroups-raft is set after the entry is in the log.
     */
    @Override
    public long lastAppended() {
        return raftLog.lastAppended();
    }

    // ---- follower

    @Override
    public void handleUpRequest(Message message, RaftHeader header) {
        if (failure().isPresent()) {
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
            snapshotInstalled();
            if (log().commitIndex() < request.index()) { // the state has been replaced, the log has not
                snapshotFailure = "cannot store the snapshot that the leader has sent";
            }
        } else if (trySetLeaderAndTerm(message.getSrc(), request.term()) >= 0) {
            long matched = Math.max(request.index(), matchedIndex(request));
            reply(message.getSrc(), request, commitMatched(request, matched));
        }
    }

    /**
     * Sends a result to the leader, unless this node has entered a later term since: it may have voted in it
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

    // ---- leader

    /**
     * Appends a command, if this node is the leader of the command's term. The future completes when it is committed,
     * and exceptionally if it was not appended, or if this node is not the leader any more.
     */
    CompletableFuture<?> commit(RaftCommand raftCommand) {
        return propose(raftCommand.term(), raftCommand.encode(), false, Options.create(true));
    }

    /**
     * Adds or removes a voter, if this node is the leader of a term. The future completes like that of {@link #commit};
     * also exceptionally if the voters may not be changed: see {@link #mayChangeVoters}.
     */
    CompletableFuture<?> changeVoter(boolean add, String name, long term) {
        InternalCommand.Type type = add ? InternalCommand.Type.addServer : InternalCommand.Type.removeServer;
        try {
            return propose(term, Util.streamableToByteBuffer(new InternalCommand(type, name)), true, null);
        } catch (Exception e) {
            throw new IllegalStateException(e); // impossible when writing to memory
        }
    }

    /**
     * Returns whether this node is the leader and has committed an entry of its own term, and every change of the voters
     * in its log.
     */
    boolean mayChangeVoters() {
        return hasCommittedInTerm() && !raftLog.hasUncommittedVoterChange();
    }

    /** Returns whether this node is the leader and has committed an entry of its own term. */
    boolean hasCommittedInTerm() {
        return isLeader() && committedTerm == currentTerm();
    }

    private CompletableFuture<byte[]> propose(long term, byte[] bytes, boolean internal, @Nullable Options options) {
        LogEntry entry = new LogEntry(term, bytes, 0, bytes.length, internal);
        Proposal proposal = new Proposal(entry, options, new CompletableFuture<>());
        if (synchronous) {
            append(proposal);
        } else {
            offer(proposal);
        }
        return proposal.future;
    }

    /** Entry that the leader of its term, and no later one, appends. */
    private static final class Proposal extends Request {
        private final LogEntry entry;
        private final @Nullable Options options;
        private final CompletableFuture<byte[]> future;

        Proposal(LogEntry entry, @Nullable Options options, CompletableFuture<byte[]> future) {
            this.entry = entry;
            this.options = options;
            this.future = future;
        }

        @Override
        protected void failed(Throwable reason) {
            future.completeExceptionally(reason);
        }
    }

    @Override
    protected void process(List<Request> requests) {
        for (Request each : List.copyOf(requests)) {
            if (each instanceof Proposal proposal) {
                append(proposal);
            } else {
                super.process(List.of(each));
            }
        }
    }

    /**
     * Appends an entry as the leader, and sends it. The leader's term and, for a change of the voters, the conditions
     * are checked here and not when the entry was proposed: an election may have taken place since.
     *
     * <p>The entry is sent only after it is on disk here, and a leader that cannot write it steps down. Otherwise the
     * next entry would get the same index and term as one that others have stored.
     */
    private void append(Proposal proposal) {
        RequestTable<String> requests = request_table;
        long term = proposal.entry.term();
        if (requests == null || !isLeader() || currentTerm() != term) {
            proposal.failed(new IllegalStateException(raft_id + " is no longer the leader of term " + term));
            return;
        }
        if (proposal.entry.internal() && !mayChangeVoters()) {
            proposal.failed(new IllegalStateException("term " + term + ": the voters cannot be changed before an entry"
                    + " of this term, and every earlier change, is committed"));
            return;
        }
        LogEntry previous = log().get(last_appended);
        RaftHeader header = new AppendEntriesRequest(
                local_addr, term, last_appended, previous == null ? 0 : previous.term(), term, commit_index);
        LogEntries entries = LogEntries.create(proposal.entry);
        try {
            last_appended = log().append(last_appended + 1, entries);
        } catch (UncheckedIOException e) {
            proposal.failed(e);
            setLeaderAndTerm(null);
            return;
        }
        requests.create(last_appended, raft_id, proposal.future, this::majority, proposal.options);
        down_prot.down(
                new ObjectMessage(null, entries).putHeader(id, header).setFlag(Message.TransientFlag.DONT_LOOPBACK));
        if (requests.isCommitted(last_appended)) { // this node is the only voter
            commitLogTo(last_appended, true);
        }
        snapshotIfNeeded(proposal.entry.length());
    }
}
