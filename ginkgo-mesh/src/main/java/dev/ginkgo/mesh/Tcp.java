package dev.ginkgo.mesh;

import java.util.Collection;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.BasicTCP;
import org.jgroups.protocols.TCP;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

/** JGroups' {@code TCP}, on connections that nobody waits for: a {@link Switchboard}. */
final class Tcp extends BasicTCP {
    private @Nullable Switchboard switchboard;

    Tcp() {
        setId(ClassConfigurator.getProtocolId(TCP.class));
    }

    @Override
    public void start() throws Exception {
        Switchboard opened = new Switchboard(
                getThreadFactory(), getSocketFactory(), bind_addr, bind_port, external_addr, external_port);
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

    @Override
    public String printConnections() {
        return switchboard == null ? "" : switchboard.printConnections();
    }

    @Override
    protected @Nullable PhysicalAddress getPhysicalAddress() {
        return switchboard == null ? null : (PhysicalAddress) switchboard.localAddress();
    }
}
