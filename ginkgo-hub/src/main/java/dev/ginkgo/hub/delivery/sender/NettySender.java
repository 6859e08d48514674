package dev.ginkgo.hub.delivery.sender;

import dev.ginkgo.hub.connection.SocketAdoption;
import dev.ginkgo.hub.connection.StreamConnection;
import io.netty.buffer.ByteBuf;

/** Supports no connection, so that everything is written through Netty. */
public final class NettySender implements SocketSender {
    @Override
    public Support support(StreamConnection connection) {
        return Support.UNSUPPORTED;
    }

    @Override
    public boolean adopt(StreamConnection connection, SocketAdoption.Listener listener) {
        return false;
    }

    @Override
    public void submit(StreamConnection connection, ByteBuf frames, SocketWrite write) {
        throw new IllegalStateException(connection + " is not supported");
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public boolean send() {
        return false;
    }

    @Override
    public void complete() {
        // nothing has been submitted
    }
}
