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

/** Record of the {@link WriteAheadLog}: one change of the Raft log. The kinds are written to disk. */
sealed interface LogRecord {

    /** The current term, and the candidate that this node voted for in it; null if it has not voted. */
    record Vote(long term, @Nullable Address candidate) implements LogRecord {}

    /** The log starts at this index; everything before it is in the snapshot. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Base(long index, byte @Nullable [] snapshot) implements LogRecord {}

    /** An entry appended to the log. */
    record Entry(LogEntry entry) implements LogRecord {}

    /** The entry at this index and all after it are deleted. */
    record Truncate(long from) implements LogRecord {}

    /** All entries up to this index are committed. */
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
            throw new UncheckedIOException(e); // impossible when writing to memory
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
                default -> throw new IOException("record of kind " + kind + ", which this version does not support");
            };
        } catch (ClassNotFoundException e) {
            throw new IOException("address of an unknown type in " + Arrays.toString(record), e);
        }
    }
}
