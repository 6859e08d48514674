package dev.ginkgo.mesh.raft.storage;

import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jgroups.Address;
import org.jgroups.protocols.raft.Log;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jspecify.annotations.Nullable;

/**
 * Raft's log: in memory, and each change in a {@link WriteAheadLog}. Nearly all entries are renewals, which matter for a
 * second, so a snapshot follows every few hundred of them; memory and file stay small for ever.
 *
 * <p>The term, the vote, and changes of the voters are forced to the disk. A renewal is only handed to the operating
 * system: it survives the process, and a machine needs longer to boot than a lease is valid.
 *
 * <p>Instead of jgroups-raft's {@code FileBasedLog}: that one sets the term on the disk back when entries are deleted
 * or sent again, and cannot say when a renewal was received.
 */
public final class RaftLog implements Log {
    private final WriteAheadLog writeAheadLog;
    private final Consumer<RaftCommand> onRenewal;

    // guarded by this
    private final List<LogEntry> entries = new ArrayList<>();
    private long baseIndex = 1; // the index of the first entry, whether it is there or not
    private long committedIndex;
    private long term;
    private @Nullable Address vote;
    private byte @Nullable [] snapshot;

    /**
     * @param renewals told each renewal that is added, also when the journal is read
     */
    public RaftLog(Path file, Consumer<RaftCommand> renewals) throws IOException {
        this(file, renewals, FileDescriptor::sync);
    }

    /** The same with another way to force what is written to the disk. */
    RaftLog(Path file, Consumer<RaftCommand> renewals, WriteAheadLog.Sync sync) throws IOException {
        this.onRenewal = renewals;
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
    }

    private static WriteAheadLog open(Path file, WriteAheadLog.Sync sync, List<byte[]> records) throws IOException {
        try {
            return WriteAheadLog.open(file, sync, records);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static IOException unreadable(Path file, Exception why) {
        return new IOException(
                file + " cannot be read: " + why.getMessage() + "; remove it to let this node join anew, if the others"
                        + " still are a majority",
                why);
    }

    private void replay(LogRecord record) {
        switch (record) {
            case LogRecord.Vote ballot -> {
                term = ballot.term();
                vote = ballot.candidate();
            }
            case LogRecord.Base start -> {
                entries.clear();
                baseIndex = start.index();
                snapshot = start.snapshot();
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

    /** On the disk first: if that fails, what is in memory goes on where the journal does. */
    private void rewrite(long first, List<LogEntry> from, long committed) {
        List<byte[]> records = new ArrayList<>();
        records.add(new LogRecord.Vote(term, vote).encode());
        records.add(new LogRecord.Base(first, snapshot).encode());
        for (LogEntry entry : from) {
            records.add(new LogRecord.Entry(entry).encode());
        }
        records.add(new LogRecord.Commit(committed).encode());
        try {
            writeAheadLog.rewrite(records);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        baseIndex = first;
        committedIndex = committed;
        entries.clear();
        entries.addAll(from);
    }

    /**
     * The voters after all changes of them in this log, committed or not. What is committed already is in it twice,
     * which does not matter: of several changes of one node the last decides.
     *
     * @param committed as far as Raft has applied the log
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
        throw new UnsupportedOperationException("a node's votes are not deleted while it runs");
    }

    @Override
    public synchronized long currentTerm() {
        return term;
    }

    /** Never goes back: a vote of an older term would count twice. */
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
        snapshot = bytes; // written by the truncation that follows
    }

    @Override
    public synchronized @Nullable ByteBuffer getSnapshot() {
        return snapshot == null ? null : ByteBuffer.wrap(snapshot);
    }

    @Override
    public synchronized long append(long index, LogEntries added) {
        if (index != lastAppended() + 1) {
            throw new IllegalStateException("entry " + index + " cannot follow " + lastAppended());
        }
        for (LogEntry entry : added) {
            writeRecord(new LogRecord.Entry(entry), !isKind(entry, Kind.RENEW));
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
            throw new IllegalStateException("entry " + index + " is committed, as all up to " + committedIndex);
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

    /** {@code entries 801 to 950, 950 committed, term 7}. */
    @Override
    public synchronized String toString() {
        return "entries " + baseIndex + " to " + lastAppended() + ", " + committedIndex + " committed, term " + term;
    }
}
