package dev.ginkgo.mesh.raft.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * What the leader has the voters commit, besides changes of the voters.
 *
 * @param kind what is said
 * @param term by the leader of which term
 * @param name of the leader; for {@link Kind#FORM_CLUSTER} the cluster's
 * @param incarnation the leader's
 * @param takeoverDelay of a renewal: for how long a successor waits after it, by the settings of the leader, for its own may
 *     differ
 */
public record RaftCommand(Kind kind, long term, String name, long incarnation, Duration takeoverDelay) {

    public RaftCommand(Kind kind, long term, String name, long incarnation) {
        this(kind, term, name, incarnation, Duration.ZERO);
    }

    /** The codes are written to disk. */
    public enum Kind {
        /** A cluster with this name exists from here on. */
        FORM_CLUSTER('f'),
        /** Nothing; once it is committed, everything before it is. */
        NO_OP('b'),
        /** The leader's lease goes on. */
        RENEW('r'),
        /** The leader has given its lease up. */
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
            throw new IllegalArgumentException("a command of kind " + code + ", which this version does not know");
        }
    }

    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(kind.code);
            out.writeLong(term);
            out.writeUTF(name);
            out.writeLong(incarnation);
            out.writeLong(takeoverDelay.toNanos());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not to memory
        }
        return bytes.toByteArray();
    }

    public static RaftCommand decode(byte[] bytes, int offset, int length) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, offset, length))) {
            return new RaftCommand(
                    Kind.of(in.readByte()),
                    in.readLong(),
                    in.readUTF(),
                    in.readLong(),
                    Duration.ofNanos(in.readLong()));
        } catch (IOException e) {
            throw new IllegalArgumentException("a command that ends after " + length + " bytes", e);
        }
    }
}
