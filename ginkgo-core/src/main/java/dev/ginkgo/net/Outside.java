package dev.ginkgo.net;

import dev.ginkgo.Time;
import java.io.IOException;

/** Calls that wait for the network, told to the tree's time. */
final class Outside {
    @FunctionalInterface
    interface Call<T> {
        T call() throws IOException;
    }

    private Outside() {}

    static <T> T call(Time time, Call<T> call) throws IOException {
        try {
            return time.outside(call::call);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e); // not from the call
        }
    }
}
