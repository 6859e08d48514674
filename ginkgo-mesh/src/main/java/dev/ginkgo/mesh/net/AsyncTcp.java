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

/** JGroups' {@code TCP}, on connections that nobody waits for: a {@link ConnectionManager}. */
public final class AsyncTcp extends BasicTCP {
    private final TimeSource time;
    private @Nullable ConnectionManager switchboard;

    public AsyncTcp(TimeSource time) {
        this.time = time;
        setId(ClassConfigurator.getProtocolId(TCP.class));
    }

    @Override
    public void start() throws Exception {
        ConnectionManager opened = new ConnectionManager(
                time, getThreadFactory(), getSocketFactory(), bind_addr, bind_port, external_addr, external_port);
        switchboard = opened;
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
        Util.close(switchboard);
    }

    @Override
    protected void handleConnect() throws Exception {
        if (switchboard != null) {
            switchboard.start();
        }
    }

    @Override
    protected void handleDisconnect() {
        if (switchboard != null) {
            switchboard.stop();
        }
    }

    @Override
    public void send(Address to, byte[] data, int offset, int length) throws Exception {
        if (switchboard != null) {
            switchboard.send(to, data, offset, length);
        }
    }

    @Override
    public void retainAll(Collection<Address> members) {
        if (switchboard != null) {
            switchboard.retainAll(members);
        }
    }

    /**
     * A node is suspected when its connection ends, but not when that was turned away, or has given way to another one:
     * that happens to the living, when two call each other.
     */
    @Override
    public void connectionClosed(Connection connection) {
        boolean turnedAway = connection instanceof AsyncConnection call && !call.hasHeard();
        boolean replaced = switchboard != null && switchboard.hasConnection(connection.peerAddress());
        if (!turnedAway && !replaced) {
            super.connectionClosed(connection);
        }
    }

    @Override
    public String printConnections() {
        return switchboard == null ? "" : switchboard.printConnections();
    }

    @Override
    protected @Nullable PhysicalAddress getPhysicalAddress() {
        return switchboard == null ? null : (PhysicalAddress) switchboard.localAddress();
    }
}
