package dev.ginkgo.mesh.net;

import dev.ginkgo.time.TimeSource;
import java.util.Collection;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.BasicTCP;
import org.jgroups.protocols.TCP;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

/** JGroups protocol {@code TCP} that connects without blocking the sender: see {@link ConnectionManager}. */
public final class AsyncTcp extends BasicTCP {
    private final TimeSource timeSource;
    private @Nullable ConnectionManager connections;

    public AsyncTcp(TimeSource timeSource) {
        this.timeSource = timeSource;
        setId(ClassConfigurator.getProtocolId(TCP.class));
    }

    @Override
    public void start() throws Exception {
        ConnectionManager opened = new ConnectionManager(
                timeSource, getThreadFactory(), getSocketFactory(), bind_addr, bind_port, external_addr, external_port);
        connections = opened;
        opened.setLogAcceptError(false)
                .peerAddressReadTimeout(peer_addr_read_timeout)
                .receiver(this)
                .timeService(time_service)
                .socketConnectionTimeout(sock_conn_timeout)
                .tcpNodelay(tcp_nodelay)
                .clientBindAddress(client_bind_addr)
                .deferClientBinding(defer_client_bind_addr)
                .setMaxLength(max_length)
                .log(log)
                .logDetails(log_details)
                .addConnectionListener(this);
        super.start();
    }

    @Override
    public void stop() {
        super.stop();
        Util.close(connections);
    }

    @Override
    protected void handleConnect() throws Exception {
        if (connections != null) {
            connections.start();
        }
    }

    @Override
    protected void handleDisconnect() {
        if (connections != null) {
            connections.stop();
        }
    }

    @Override
    public void send(Address to, byte[] data, int offset, int length) throws Exception {
        if (connections != null) {
            connections.send(to, data, offset, length);
        }
    }

    @Override
    public void retainAll(Collection<Address> members) {
        if (connections != null) {
            connections.retainAll(members);
        }
    }

    /**
     * Suspects the peer when its connection closes, except if nothing was ever received on that connection or another
     * connection has replaced it. Both happen to live peers when two nodes connect to each other at the same time.
     */
    @Override
    public void connectionClosed(Connection connection) {
        boolean rejected = connection instanceof AsyncConnection asyncConnection && !asyncConnection.hasReceived();
        boolean replaced = connections != null && connections.hasConnection(connection.peerAddress());
        if (!rejected && !replaced) {
            super.connectionClosed(connection);
        }
    }

    @Override
    public String printConnections() {
        return connections == null ? "" : connections.printConnections();
    }

    @Override
    protected @Nullable PhysicalAddress getPhysicalAddress() {
        return connections == null ? null : (PhysicalAddress) connections.localAddress();
    }
}
