package dev.ginkgo.mesh.raft.storage;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jgroups.Address;
import org.jgroups.protocols.raft.Log;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jspecify.annotations.Nullable;

/**
 * Raft log, held in memory, with each change recorded in a {@link WriteAheadLog}. Nearly all entries are renewals,
 * which matter for about a second, so a snapshot replaces them every few hundred entries; memory and file stay small.
 * Thread-safe.
 *
 * <p>Term, vote, and entries are forced to disk before the method that adds them returns: what this node acknowledges
 * must survive a power loss, also of several nodes at once. The commit index is only handed to the operating system,
 * because the next leader reports it again, unless the voters change with it.
 *
 * <p>jgroups-raft's {@code FileBasedLog} is not used: it decreases the term on disk when entries are deleted or
 * retransmitted, and does not report the receipt of renewals.
 */
public final class RaftLog implements Log {
    private final Path file;
    private final WriteAheadLog writeAheadLog;
    private final Consumer<RaftCommand> onRenewal;

    // guarded by this
    private final List<LogEntry> entries = new ArrayList<>();
    private long baseIndex = 1; // the index of the first entry in memory, or of the next one to append
    private long committedIndex;
    private long term;
    private @Nullable Address vote;
    private byte @Nullable [] snapshot;
    private byte @Nullable [] newSnapshot; // not on disk yet

    /**
     * Opens the log, and creates its file if it does not exist.
     *
     * @param onRenewal receives each renewal that is appended, or read from the file
     * @throws IOException if the file cannot be read or written; the message says what to do
     */
    public RaftLog(Path file, Consumer<RaftCommand> onRenewal) throws IOException {
        this(file, onRenewal, FileDescriptor::sync);
    }

    /** The same, with a custom way to force writes to disk. */
    RaftLog(Path file, Consumer<RaftCommand> onRenewal, WriteAheadLog.Sync sync) throws IOException {
        this.file = file;
        this.onRenewal = onRenewal;
        List<byte[]> records = new ArrayList<>();
        writeAheadLog = open(file, sync, records);
        try {
            for (byte[] record : records) {
                replay(LogRecord.decode(record));
            }
        } catch (IOException | RuntimeException e) {
            writeAheadLog.close();
            throw unreadable(file, e);
        }
        compactOnOpen();
    }

    /** Rewrites the file: a node whose disk is full must not join, because it could neither vote nor acknowledge. */
    private void compactOnOpen() throws IOException {
        try {
            rewrite(baseIndex, List.copyOf(entries), committedIndex);
        } catch (UncheckedIOException e) {
            writeAheadLog.close();
            IOException cause = requireNonNull(e.getCause());
            throw new IOException(notWritable(file, cause), cause);
        }
    }

    private static String notWritable(Path file, IOException cause) {
        return "cannot write " + file + ": " + cause.getMessage()
                + "; this node takes part in no election until it can, so free disk space or repair the disk";
    }

    private static WriteAheadLog open(Path file, WriteAheadLog.Sync sync, List<byte[]> records) throws IOException {
        try {
            return WriteAheadLog.open(file, sync, records);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static IOException unreadable(Path file, Exception cause) {
        return new IOException(
                file + " cannot be read: " + cause.getMessage()
                        + "; if the other voters are a majority, delete it to let"
                        + " this node join without previous state",
                cause);
    }

    private void replay(LogRecord record) {
        switch (record) {
            case LogRecord.Vote recordedVote -> {
                term = recordedVote.term();
                vote = recordedVote.candidate();
            }
            case LogRecord.Base base -> {
                entries.clear();
                baseIndex = base.index();
                snapshot = base.snapshot();
            }
            case LogRecord.Entry entry -> {
                entries.add(entry.entry());
                notifyRenewal(entry.entry());
            }
            case LogRecord.Truncate truncate -> removeFrom(truncate.from());
            case LogRecord.Commit committed -> committedIndex = committed.index();
        }
    }

    private void notifyRenewal(LogEntry entry) {
        if (isKind(entry, Kind.RENEW)) {
            onRenewal.accept(RaftCommand.decode(entry.command(), entry.offset(), entry.length()));
        }
    }

    private static boolean isKind(LogEntry entry, Kind kind) {
        return !entry.internal() && entry.length() > 0 && entry.command()[entry.offset()] == kind.code;
    }

    private void removeFrom(long from) {
        entries.subList((int) (from - baseIndex), entries.size()).clear();
    }

    private void writeRecord(LogRecord record, boolean force) {
        try {
            writeAheadLog.append(record.encode(), force);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces the log, on disk first: if that fails, memory and file remain as they were. */
    private void rewrite(long first, List<LogEntry> from, long committed) {
        List<byte[]> records = new ArrayList<>();
        byte[] base = newSnapshot == null ? snapshot : newSnapshot;
        newSnapshot = null; // also if this fails: then the log continues from the previous one
        records.add(new LogRecord.Vote(term, vote).encode());
        records.add(new LogRecord.Base(first, base).encode());
        for (LogEntry entry : from) {
            records.add(new LogRecord.Entry(entry).encode());
        }
        records.add(new LogRecord.Commit(committed).encode());
        try {
            writeAheadLog.rewrite(records);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        snapshot = base;
        baseIndex = first;
        committedIndex = committed;
        entries.clear();
        entries.addAll(from);
    }

    /**
     * Returns the voters after all changes in this log, committed or not. Changes that Raft has already applied are
     * applied again, which has no effect: of several changes of one node, the last one decides.
     *
     * @param committed the voters according to the entries that Raft has applied
     */
    public synchronized List<String> voters(List<String> committed) {
        List<String> voters = new ArrayList<>(committed);
        for (LogEntry each : entries) {
            if (each.internal()) {
                VoterChange change = VoterChange.of(each);
                voters.remove(change.name());
                if (change.isAddition()) {
                    voters.add(change.name());
                }
            }
        }
        return voters;
    }

    /** Returns whether the log contains a change of the voters that is not known to be committed. */
    public synchronized boolean hasUncommittedVoterChange() {
        return entries.subList((int) Math.max(0, committedIndex + 1 - baseIndex), entries.size()).stream()
                .anyMatch(LogEntry::internal);
    }

    /**
     * Returns why all further writes fail, and what to do; empty if they do not. What this node has promised since then
     * may not be on disk, so it must not vote or acknowledge anything until the log is opened again.
     */
    public synchronized Optional<String> failure() {
        return Optional.ofNullable(writeAheadLog.failure()).map(cause -> notWritable(file, cause));
    }

    @Override
    public void init(String name, @Nullable Map<String, String> arguments) {}

    @Override
    public Log useFsync(boolean ignored) {
        return this;
    }

    @Override
    public boolean useFsync() {
        return true;
    }

    @Override
    public void delete() {
        throw new UnsupportedOperationException("the votes of a running node must not be deleted");
    }

    @Override
    public synchronized long currentTerm() {
        return term;
    }

    /** Sets the term; ignores a lower one, because the node could then vote twice in one term. */
    @Override
    public synchronized Log currentTerm(long newTerm) {
        if (newTerm > term) {
            writeRecord(new LogRecord.Vote(newTerm, null), true);
            term = newTerm;
            vote = null;
        }
        return this;
    }

    @Override
    public synchronized @Nullable Address votedFor() {
        return vote;
    }

    @Override
    public synchronized Log votedFor(@Nullable Address member) {
        writeRecord(new LogRecord.Vote(term, member), true);
        vote = member;
        return this;
    }

    @Override
    public synchronized long commitIndex() {
        return committedIndex;
    }

    @Override
    public synchronized Log commitIndex(long index) {
        if (index > committedIndex) {
            boolean voters =
                    entries
                            .subList((int) Math.max(0, committedIndex + 1 - baseIndex), (int) (index + 1 - baseIndex))
                            .stream()
                            .anyMatch(LogEntry::internal);
            writeRecord(new LogRecord.Commit(index), voters);
            committedIndex = index;
        }
        return this;
    }

    @Override
    public synchronized long firstAppended() {
        return baseIndex == 1 ? 0 : baseIndex;
    }

    @Override
    public synchronized long lastAppended() {
        return baseIndex + entries.size() - 1;
    }

    @Override
    public synchronized void setSnapshot(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        newSnapshot = bytes; // written to disk by the truncation that follows
    }

    @Override
    public synchronized @Nullable ByteBuffer getSnapshot() {
        byte[] latest = newSnapshot == null ? snapshot : newSnapshot;
        return latest == null ? null : ByteBuffer.wrap(latest);
    }

    @Override
    public synchronized long append(long index, LogEntries added) {
        if (index != lastAppended() + 1) {
            throw new IllegalStateException("cannot append entry " + index + " after entry " + lastAppended());
        }
        for (LogEntry entry : added) {
            writeRecord(new LogRecord.Entry(entry), true);
            entries.add(entry);
            notifyRenewal(entry);
        }
        return lastAppended();
    }

    @Override
    public synchronized @Nullable LogEntry get(long index) {
        return index < baseIndex || index > lastAppended() ? null : entries.get((int) (index - baseIndex));
    }

    @Override
    public synchronized void truncate(long indexExclusive) {
        long first = Math.max(baseIndex, Math.min(indexExclusive, committedIndex));
        rewrite(first, List.copyOf(entries.subList((int) (first - baseIndex), entries.size())), committedIndex);
    }

    @Override
    public synchronized void reinitializeTo(long index, LogEntry entry) {
        rewrite(index, List.of(entry), index);
    }

    @Override
    public synchronized void deleteAllEntriesStartingFrom(long index) {
        if (index <= committedIndex) {
            throw new IllegalStateException(
                    "cannot delete entry " + index + ": entries up to " + committedIndex + " are committed");
        }
        if (index <= lastAppended()) {
            writeRecord(new LogRecord.Truncate(index), true);
            removeFrom(index);
        }
    }

    @Override
    public synchronized void forEach(ObjLongConsumer<LogEntry> visitor, long from, long to) {
        for (long index = Math.max(from, baseIndex); index <= Math.min(to, lastAppended()); index++) {
            visitor.accept(entries.get((int) (index - baseIndex)), index);
        }
    }

    @Override
    public void forEach(ObjLongConsumer<LogEntry> visitor) {
        forEach(visitor, 1, Long.MAX_VALUE);
    }

    @Override
    public synchronized long sizeInBytes() {
        return entries.stream().mapToLong(LogEntry::length).sum();
    }

    @Override
    public synchronized void close() throws IOException {
        writeAheadLog.close();
    }

    /** Returns, for example, {@code entries 801 to 950, 950 committed, term 7}. */
    @Override
    public synchronized String toString() {
        return "entries " + baseIndex + " to " + lastAppended() + ", " + committedIndex + " committed, term " + term;
    }
}
