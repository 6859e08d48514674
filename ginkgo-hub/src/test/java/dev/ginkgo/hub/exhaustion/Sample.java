package dev.ginkgo.hub.exhaustion;

import java.io.IOException;

/**
 * What a message of the bystander takes.
 *
 * @param p99Micros time from its request to its delivery, which depends on what else the machine does
 * @param loopMicros processor time of the event loops, in the mean
 */
record Sample(long p99Micros, long loopMicros) {
    /** Processor time of what the event loops do once a second for each connection, as a share of one message. */
    private static final int PERIODIC_MICROS = 100;

    /** Sends messages of a bystander. */
    static Sample take(SmallHub hub, Bystander bystander, int messages) throws IOException {
        long before = hub.cpuNanos();
        long p99Micros = bystander.p99Micros(messages);
        return new Sample(p99Micros, (hub.cpuNanos() - before) / 1_000 / messages);
    }

    /** Returns whether the event loops used more than twice the processor time of another sample. */
    boolean isBusierThan(Sample other) {
        return loopMicros > 2 * other.loopMicros + PERIODIC_MICROS;
    }
}
