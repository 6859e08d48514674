package dev.ginkgo.mesh.node;

import java.nio.ByteBuffer;
import org.jgroups.Address;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.raft.util.Utils;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.Util;

/** What an address in JGroups' sense, which is a random number, carries of the node: its name and incarnation. */
public final class NodeAddress {
    private static final byte[] INCARNATION = Util.stringToBytes("incarnation");

    private NodeAddress() {}

    /**
     * A new one for each time that the node enters the view.
     *
     * @param entry how often it has entered in this incarnation
     */
    public static ExtendedUUID create(String name, long incarnation, long entry) {
        return ExtendedUUID.randomUUID(name)
                .put(RAFT.raft_id_key, Util.stringToBytes(name))
                .put(
                        INCARNATION,
                        ByteBuffer.allocate(2 * Long.BYTES)
                                .putLong(incarnation)
                                .putLong(entry)
                                .array());
    }

    /** The name; empty if there is none. */
    public static String name(Address address) {
        String name = address instanceof ExtendedUUID ? Utils.extractRaftId(address) : null;
        return name == null ? "" : name;
    }

    public static long incarnation(Address address) {
        return number(address, 0);
    }

    /** The newer of two addresses of one node is the greater. */
    public static int compare(Address one, Address other) {
        int byIncarnation = Long.compare(incarnation(one), incarnation(other));
        return byIncarnation != 0 ? byIncarnation : Long.compare(number(one, 1), number(other, 1));
    }

    private static long number(Address address, int index) {
        byte[] bytes = address instanceof ExtendedUUID extended ? extended.get(INCARNATION) : null;
        return bytes == null || bytes.length != 2 * Long.BYTES
                ? 0
                : ByteBuffer.wrap(bytes).getLong(index * Long.BYTES);
    }
}
