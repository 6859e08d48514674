package dev.ginkgo.zeromq.zmtp;

import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/** The mechanism NULL: each side sends its metadata, and frames are not encrypted. */
final class NullMechanism implements Mechanism {
    private final String socketType;
    private boolean complete;

    NullMechanism(String socketType) {
        this.socketType = socketType;
    }

    @Override
    public String name() {
        return "NULL";
    }

    @Override
    public byte[] firstCommand() {
        return Command.of("READY", Command.metadata(socketType));
    }

    @Override
    public byte @Nullable [] handshake(byte[] command) throws ProtocolException {
        Command.data(command, "READY", 0);
        complete = true;
        return null;
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public ZmtpFrame encode(ZmtpFrame frame) {
        return frame;
    }

    @Override
    public ZmtpFrame decode(ZmtpFrame frame) {
        return frame;
    }
}
