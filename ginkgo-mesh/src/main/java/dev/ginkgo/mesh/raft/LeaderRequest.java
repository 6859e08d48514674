package dev.ginkgo.mesh.raft;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jgroups.protocols.raft.AppendEntriesRequest;
import org.jgroups.protocols.raft.InstallSnapshotRequest;
import org.jgroups.protocols.raft.RaftHeader;
import org.jgroups.util.Bits;
import org.jgroups.util.Util;

/**
 * Fields of a request from the leader to a follower. jgroups-raft has no accessors for them, so they are read from the
 * encoded header.
 *
 * @param term term of the leader
 * @param index index of the entry before those in the request, or of the last entry in the snapshot; 0 if there is none
 * @param indexTerm term of the entry at {@code index}
 * @param commitIndex index up to which the leader knows the entries to be committed
 */
record LeaderRequest(long term, long index, long indexTerm, long commitIndex) {

    static LeaderRequest of(AppendEntriesRequest header) {
        try (DataInputStream in = fields(header)) {
            Bits.readLongCompressed(in); // the term of the first entry, which the entry contains too
            return new LeaderRequest(
                    header.currTerm(),
                    Bits.readLongCompressed(in),
                    Bits.readLongCompressed(in),
                    Bits.readLongCompressed(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // impossible when reading from memory
        }
    }

    static LeaderRequest of(InstallSnapshotRequest header) {
        try (DataInputStream in = fields(header)) {
            long index = Bits.readLongCompressed(in);
            return new LeaderRequest(header.currTerm(), index, Bits.readLongCompressed(in), index);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // impossible when reading from memory
        }
    }

    /** Encodes a header and skips the term and the leader's address, with which both kinds begin. */
    private static DataInputStream fields(RaftHeader header) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        header.writeTo(new DataOutputStream(bytes));
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        Bits.readLongCompressed(in);
        try {
            Util.readAddress(in);
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
        return in;
    }
}
