package dev.ginkgo.run.hub;

import java.io.IOException;
import java.io.OutputStream;

/** Bytes that nobody changes. */
final class Bytes {
    private final byte[] bytes;

    /** The array is handed over. */
    Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }
}
