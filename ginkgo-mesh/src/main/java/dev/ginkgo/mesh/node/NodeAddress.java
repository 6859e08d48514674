package dev.ginkgo.mesh.node;

import java.nio.ByteBuffer;
import org.jgroups.Address;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.raft.util.Utils;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.Util;

/**
 * JGroups addresses of nodes. A JGroups address is a random number; these also carry the node's name, its incarnation,
 * and a join counter.
 */
public final class NodeAddress {
    private static final byte[] INCARNATION = Util.stringToBytes("incarnation");

    private NodeAddress() {}

    /**
     * Creates an address. A node needs a new one each time it joins the view.
     *
     * @param join number of this join within the incarnation, from 1
     */
    public static ExtendedUUID create(String name, long incarnation, long join) {
        return ExtendedUUID.randomUUID(name)
                .put(RAFT.raft_id_key, Util.stringToBytes(name))
                .put(
                        INCARNATION,
                        ByteBuffer.allocate(2 * Long.BYTES)
                                .putLong(incarnation)
                                .putLong(join)
                                .array());
    }

    /** Returns the node's name; empty if the address carries none. */
    public static String name(Address address) {
        String name = address instanceof ExtendedUUID ? Utils.extractRaftId(address) : null;
        return name == null ? "" : name;
    }

    /** Returns the node's incarnation; 0 if the address carries none. */
    public static long incarnation(Address address) {
        return number(address, 0);
    }

    /** Compares two addresses of one node: the newer is greater. */
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
