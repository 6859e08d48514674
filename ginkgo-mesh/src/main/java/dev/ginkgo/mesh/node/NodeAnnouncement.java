package dev.ginkgo.mesh.node;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.config.Address;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Announcement of a node to all peers, sent at each new view, when it changes, and periodically.
 *
 * @param member the node's entry in the roster
 * @param cluster name of the cluster that the node belongs to; empty if it has never been in one
 * @param leaving whether the node is shutting down gracefully
 * @param expectedNodes number of nodes that must be present before this node forms a cluster
 * @param sharedSettings settings that must be the same on all nodes
 */
public record NodeAnnouncement(
        Member member, String cluster, boolean leaving, int expectedNodes, SharedSettings sharedSettings) {
    /** Version of the protocol between nodes, the first byte of every announcement. */
    public static final int VERSION = 3;

    /** Returns the wire format: a version byte, then the fields. */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(member.name());
            out.writeLong(member.incarnation());
            out.writeUTF(member.identity().toString());
            out.writeUTF(member.transport().map(Address::toString).orElse(""));
            out.writeUTF(member.url().map(URI::toString).orElse(""));
            out.writeUTF(member.version());
            out.writeUTF(cluster);
            out.writeBoolean(leaving);
            out.writeInt(expectedNodes);
            out.writeUTF(sharedSettings.policy().name());
            out.writeLong(sharedSettings.lease().ttl().toNanos());
            out.writeLong(sharedSettings.lease().margin().toNanos());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // impossible when writing to memory
        }
        return bytes.toByteArray();
    }

    /**
     * Reads an announcement.
     *
     * @throws IOException if the bytes are not an announcement, or one of a later version
     */
    public static NodeAnnouncement decode(byte[] bytes, int offset, int length) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, offset, length))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IOException(
                        "node announcement of version " + version + "; this node supports version " + VERSION);
            }
            Member member = new Member(
                    in.readUTF(),
                    in.readLong(),
                    Address.of(in.readUTF()),
                    Optional.of(in.readUTF()).filter(text -> !text.isEmpty()).map(Address::of),
                    Optional.of(in.readUTF()).filter(text -> !text.isEmpty()).map(URI::create),
                    in.readUTF());
            return new NodeAnnouncement(
                    member,
                    in.readUTF(),
                    in.readBoolean(),
                    in.readInt(),
                    new SharedSettings(
                            PartitionPolicy.valueOf(in.readUTF()),
                            new LeaseTiming(Duration.ofNanos(in.readLong()), Duration.ofNanos(in.readLong()))));
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
