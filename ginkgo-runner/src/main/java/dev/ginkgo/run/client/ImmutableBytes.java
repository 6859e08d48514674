package dev.ginkgo.run.client;

import java.io.IOException;
import java.io.OutputStream;

/** Bytes that nobody changes. */
final class ImmutableBytes {
    private final byte[] bytes;

    /** The array is handed over. */
    ImmutableBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }
}
