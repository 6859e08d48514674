package dev.ginkgo.hub.delivery.sender;

/** The system call {@code send(2)} on a connected socket. It does not block and raises no signal. */
@FunctionalInterface
interface SendCall {
    int EPERM = 1;
    int EAGAIN = 11;
    int EBADF = 9;
    int EACCES = 13;
    int ENOSYS = 38;

    /**
     * Sends bytes.
     *
     * @param descriptor an open socket
     * @param address the address of the first byte
     * @return the number of bytes that the socket has accepted, or the negative {@code errno}
     */
    long send(int descriptor, long address, long length);
}
