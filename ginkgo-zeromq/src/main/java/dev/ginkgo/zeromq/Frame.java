package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
import java.util.List;
import java.util.Map;

/**
 * What one node says to another in one ZeroMQ message.
 *
 * @param from who says it
 * @param to to whom: what was said to an earlier life of a node is of no use to the present one
 * @param body what
 */
record Frame(Origin from, Origin to, Body body) {

    sealed interface Body permits Beat, Messages, Question, Reply, AllQuestion, AllReply {}

    /**
     * How far the sender has published, whether it hears the one it speaks to, and how far it is with the others. The
     * first that is said on a connection, and a word every second.
     */
    record Beat(long last, boolean hears, Map<Origin, Long> others) implements Body {}

    /** What the sender has published. */
    record Messages(List<Envelope> messages) implements Body {}

    /** The sender has missed something. */
    record Question(Stretch stretch) implements Body {}

    /** What the sender has of it. */
    record Reply(Answer answer) implements Body {}

    /** The sender has just begun, and wants what the other holds. */
    record AllQuestion(long after) implements Body {
        AllQuestion {
            if (after < 0) {
                throw new IllegalArgumentException("it asks for all from " + after + " on");
            }
        }
    }

    /** What the sender holds. */
    record AllReply(Holdings holdings) implements Body {}
}
