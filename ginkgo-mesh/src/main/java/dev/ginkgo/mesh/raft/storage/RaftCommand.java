package dev.ginkgo.mesh.raft.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * Command in the Raft log. Changes of the voters are not commands; jgroups-raft has its own entries for them.
 *
 * @param kind type of the command
 * @param term Raft term of the leader that appends the command
 * @param name name of the leader; for {@link Kind#FORM_CLUSTER} the name of the cluster
 * @param incarnation incarnation of the leader
 * @param takeoverDelay for {@link Kind#RENEW}, how long the next leader must wait after it. It follows from the
 *     settings of the leader; those of the next leader may differ
 */
public record RaftCommand(Kind kind, long term, String name, long incarnation, Duration takeoverDelay) {

    public RaftCommand(Kind kind, long term, String name, long incarnation) {
        this(kind, term, name, incarnation, Duration.ZERO);
    }

    /** The codes are written to disk. */
    public enum Kind {
        /** Forms a cluster with this name. */
        FORM_CLUSTER('f'),
        /** Has no effect; when it is committed, all entries before it are committed, too. */
        NO_OP('b'),
        /** Renews the leader's lease. */
        RENEW('r'),
        /** Releases the leader's lease. */
        RELEASE('x');

        final byte code;

        Kind(char code) {
            this.code = (byte) code;
        }

        private static Kind of(byte code) {
            for (Kind each : values()) {
                if (each.code == code) {
                    return each;
                }
            }
            throw new IllegalArgumentException("command of kind " + code + ", which this version does not support");
        }
    }

    /** Returns the format on the wire and on disk. */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(kind.code);
            out.writeLong(term);
            out.writeUTF(name);
            out.writeLong(incarnation);
            out.writeLong(takeoverDelay.toNanos());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // impossible when writing to memory
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a command.
     *
     * @throws IllegalArgumentException if the bytes are not a command of this version
     */
    public static RaftCommand decode(byte[] bytes, int offset, int length) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, offset, length))) {
            return new RaftCommand(
                    Kind.of(in.readByte()),
                    in.readLong(),
                    in.readUTF(),
                    in.readLong(),
                    Duration.ofNanos(in.readLong()));
        } catch (IOException e) {
            throw new IllegalArgumentException("truncated command of " + length + " bytes", e);
        }
    }
}
