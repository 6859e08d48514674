package dev.ginkgo.testing.cluster;

import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
import java.util.Map;

/** What one transport says to another. */
sealed interface Word {

    /** Are you there, and do you know me? Heard with the number 0. */
    record Hello(Origin meant) implements Word {}

    /** The first word of a connection, and every second one: how far I am. Heard with its number, from 1. */
    record Beat(long number, long last, Map<Origin, Long> positions) implements Word {}

    /** I have published this. */
    record Published(Envelope message) implements Word {}

    /** What have you of this? */
    record Question(Stretch stretch) implements Word {}

    /** That is all I have. */
    record Reply(Answer answer) implements Word {}

    /** What have you in all, from there on? */
    record AllQuestion(long after) implements Word {}

    /** That is some of it. */
    record AllReply(Holdings some) implements Word {}
}
