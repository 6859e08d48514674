package dev.ginkgo.hub.delivery.sender;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/** Adopts no connection, so that everything is written through Netty. */
public final class NettySender implements SocketSender {
    @Override
    public Adoption adopt(Channel connection) {
        return Adoption.NEVER;
    }

    @Override
    public void submit(Channel connection, ByteBuf frames, SocketWrite write) {
        throw new IllegalStateException(connection + " has not been adopted");
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
