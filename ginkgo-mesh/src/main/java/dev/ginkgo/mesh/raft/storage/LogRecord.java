package dev.ginkgo.mesh.raft.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jgroups.Address;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

/** One change of Raft's log, as it stands in the journal. */
sealed interface LogRecord {

    /** The term, and whom this node voted for in it. */
    record Vote(long term, @Nullable Address candidate) implements LogRecord {}

    /** The log begins here; everything before it is in the snapshot. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Base(long index, byte @Nullable [] snapshot) implements LogRecord {}

    /** The next entry. */
    record Entry(LogEntry entry) implements LogRecord {}

    /** This entry and all after it are no more. */
    record Truncate(long from) implements LogRecord {}

    /** All entries up to this one are committed. */
    record Commit(long index) implements LogRecord {}

    default byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            switch (this) {
                case Vote vote -> {
                    out.writeByte('B');
                    out.writeLong(vote.term);
                    Util.writeAddress(vote.candidate, out);
                }
                case Base base -> {
                    out.writeByte('S');
                    out.writeLong(base.index);
                    out.writeBoolean(base.snapshot != null);
                    if (base.snapshot != null) {
                        out.write(base.snapshot);
                    }
                }
                case Entry entry -> {
                    out.writeByte('E');
                    entry.entry.writeTo(out);
                }
                case Truncate truncate -> {
                    out.writeByte('D');
                    out.writeLong(truncate.from);
                }
                case Commit commit -> {
                    out.writeByte('C');
                    out.writeLong(commit.index);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not to memory
        }
        return bytes.toByteArray();
    }

    static LogRecord decode(byte[] record) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(record));
        int kind = in.readByte();
        try {
            return switch (kind) {
                case 'B' -> new Vote(in.readLong(), Util.readAddress(in));
                case 'S' -> new Base(in.readLong(), in.readBoolean() ? in.readAllBytes() : null);
                case 'E' -> {
                    LogEntry entry = new LogEntry();
                    entry.readFrom(in);
                    yield new Entry(entry);
                }
                case 'D' -> new Truncate(in.readLong());
                case 'C' -> new Commit(in.readLong());
                default -> throw new IOException("a record of kind " + kind + ", which this version does not know");
            };
        } catch (ClassNotFoundException e) {
            throw new IOException("an address of an unknown kind in " + Arrays.toString(record), e);
        }
    }
}
