package dev.ginkgo.mesh;

import org.jgroups.util.SocketFactory;

/** Who may connect to this node. */
interface Guard {
    /** Makes the sockets on which the nodes talk. */
    SocketFactory sockets();
}
