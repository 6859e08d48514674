package dev.ginkgo.run.client;

import java.io.IOException;
import java.io.OutputStream;

/** Immutable byte sequence. */
final class ImmutableBytes {
    private final byte[] bytes;

    /** Takes ownership of the array, which the caller must not change afterwards. */
    ImmutableBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }
}
