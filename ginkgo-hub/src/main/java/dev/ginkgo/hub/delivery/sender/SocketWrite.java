package dev.ginkgo.hub.delivery.sender;

/** A write that has been submitted to a {@link SocketSender}. Its methods are called on the event loop of the connection. */
public interface SocketWrite {
    /**
     * Called once when the socket has been given the bytes. The frames may be released afterwards. The receiver submits no
     * other write before it returns.
     *
     * @param accepted the number of bytes that the socket has accepted. If it is less than the length of the frames, the
     *     receiver writes the rest to the connection before it returns: that waits until the socket is writable, and closes
     *     itself if the write fails
     */
    void completed(int accepted);

    /** Called if {@link #completed} has thrown an exception. */
    void failed(Throwable cause);
}
