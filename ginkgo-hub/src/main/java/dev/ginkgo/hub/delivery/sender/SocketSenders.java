package dev.ginkgo.hub.delivery.sender;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Decides how a hub sends to the sockets of its streams, and creates a sender for each event loop. Connections with TLS,
 * streams of HTTP/2, and all connections while {@code send(2)} is not available are written through Netty. Thread-safe.
 */
public final class SocketSenders {
    /** How to send to sockets: the setting {@code http.sender}. */
    public enum Choice {
        /** {@code send(2)} where available, else Netty. */
        AUTO,
        NETTY,
        SEND
    }

    private final Choice choice;
    private final boolean epoll;
    private final Logger log;
    private final Supplier<SendCall> linker;
    private final AtomicBoolean rejected = new AtomicBoolean();
    private final LongAdder sentDirectly = new LongAdder();

    private volatile @Nullable SendCall sendCall; // null until it is linked
    private volatile boolean unavailable;
    private final AtomicBoolean adopting = new AtomicBoolean(true);

    /**
     * @param epoll whether the event loops use epoll: only then the descriptors of connections are known
     * @param log receives which sender is used
     */
    public SocketSenders(Choice choice, boolean epoll, Logger log) {
        this(choice, epoll, log, SocketSenders::link);
    }

    SocketSenders(Choice choice, boolean epoll, Logger log, Supplier<SendCall> linker) {
        this.choice = requireNonNull(choice, "choice is null");
        this.epoll = epoll;
        this.log = requireNonNull(log, "log is null");
        this.linker = requireNonNull(linker, "linker is null");
    }

    private static SendCall link() {
        // Asked first, because Java prints a warning when a restricted method is called without it.
        if (!SocketSenders.class.getModule().isNativeAccessEnabled()) {
            throw new IllegalStateException("Java runs without --enable-native-access for this program");
        }
        return new NativeSend();
    }

    /**
     * Links {@code send(2)} if it has been chosen, and logs which sender is used. Takes up to 100 ms of processor time in a
     * process, so no event loop calls it. Until it returns, connections are written through Netty.
     */
    public void open() {
        if (choice == Choice.NETTY) {
            unavailable = true;
            log.info("streams are written through Netty");
            return;
        }
        try {
            if (!epoll) {
                throw new IllegalStateException("the event loops do not use epoll");
            }
            SendCall linked = linker.get();
            long result = linked.send(-1, 0, 0);
            if (result
                    != -SendCall.EBADF) { // a filter of system calls answers before the kernel looks at the descriptor
                throw new IllegalStateException("send(2) returns " + result + " for a descriptor that is not open");
            }
            sendCall = linked;
            log.info("streams without TLS are written with send(2)");
        } catch (RuntimeException | LinkageError e) {
            unavailable = true;
            String text = "streams are written through Netty, because send(2) is not available: {}";
            if (choice == Choice.SEND) {
                log.warn("http.sender = \"send\": " + text, reason(e));
            } else {
                log.info(text, reason(e));
            }
        }
    }

    private static String reason(Throwable e) {
        Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
        return cause instanceof IllegalStateException ? String.valueOf(cause.getMessage()) : cause.toString();
    }

    /** Creates the sender of an event loop. */
    public SocketSender newSender() {
        return choice == Choice.NETTY || !epoll ? new NettySender() : new QueuedSender(this);
    }

    /** Returns the number of writes that sockets have accepted without Netty. */
    public long sentDirectly() {
        return sentDirectly.sum();
    }

    // ---- called by senders

    /** Returns the system call; null if it is not linked, or not available. */
    @Nullable
    SendCall sendCall() {
        return unavailable ? null : sendCall;
    }

    boolean isUnavailable() {
        return unavailable;
    }

    /** Returns whether the sockets of streams are adopted. */
    boolean adopts() {
        return adopting.get();
    }

    /** Called when a socket cannot be adopted. From then on all connections stay with Netty, as this one does. */
    void adoptionFailed(Throwable cause) {
        if (adopting.compareAndSet(true, false)) {
            log.warn("the socket of a stream cannot be adopted; from now on streams stay connections of Netty", cause);
        }
    }

    void recordSent(int writes) {
        sentDirectly.add(writes);
    }

    /**
     * Called when the system call fails in a way that does not depend on the connection: {@code EPERM}, {@code EACCES} and
     * {@code ENOSYS} are the results of a filter of system calls that was installed after the start.
     */
    void failed(int errno) {
        unavailable = true;
        if (rejected.compareAndSet(false, true)) {
            log.warn("send(2) fails with errno {}; from now on streams are written through Netty", errno);
        }
    }
}
