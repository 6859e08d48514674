package dev.ginkgo.hub.delivery.sender;

import dev.ginkgo.hub.delivery.sender.SocketSenders.Choice;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/** Senders whose system calls a test controls. */
public final class TestSenders {
    /** {@code EAGAIN}, as a result of {@link Call#send}. */
    public static final long WOULD_BLOCK = -SendCall.EAGAIN;

    private static final SendCall REAL = new NativeSend();

    private TestSenders() {}

    /** The system call: returns the number of bytes sent, or the negative errno. */
    @FunctionalInterface
    public interface Call {
        long send(int descriptor, long address, long length);
    }

    /** Calls {@code send(2)}. */
    public static long send(int descriptor, long address, long length) {
        return REAL.send(descriptor, address, length);
    }

    /** Returns senders with a system call, which have been opened. */
    public static SocketSenders with(Call call) {
        SocketSenders senders = of(
                Choice.SEND,
                true,
                () -> (descriptor, address, length) ->
                        descriptor < 0 ? send(descriptor, address, length) : call.send(descriptor, address, length));
        senders.open();
        return senders;
    }

    static SocketSenders of(Choice choice, boolean epoll, Supplier<SendCall> linker) {
        return new SocketSenders(choice, epoll, LoggerFactory.getLogger(SocketSenders.class), linker);
    }
}
