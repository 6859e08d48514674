package dev.ginkgo.zeromq.zmtp;

/**
 * Frame of ZMTP.
 *
 * @param flags a sum of {@link #MORE} and {@link #COMMAND}
 * @param body the content; the array is not copied
 */
@SuppressWarnings("ArrayRecordComponent") // frames are not compared
public record ZmtpFrame(int flags, byte[] body) {
    /** The next frame is part of the same message. */
    static final int MORE = 1;

    /** The frame is a command, not a message. */
    static final int COMMAND = 4;

    boolean isCommand() {
        return (flags & COMMAND) != 0;
    }

    boolean hasMore() {
        return (flags & MORE) != 0;
    }
}
