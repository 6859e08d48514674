package dev.ginkgo.testing.cluster;

import java.util.List;
import java.util.Optional;

/**
 * An event that a {@link ScenarioNode} reported as a line, for example {@code 123456 act 7}.
 *
 * @param nanos the time of the event
 * @param type the type of the event
 * @param text the details; may be empty
 */
public record ScenarioEvent(long nanos, String type, String text) {

    /** Parses a line if it is an event; other lines, such as log lines, may be mixed in. */
    public static Optional<ScenarioEvent> parse(String text) {
        String[] words = text.split(" ", 3);
        return words.length > 1 && words[0].matches("-?\\d+")
                ? Optional.of(new ScenarioEvent(Long.parseLong(words[0]), words[1], words.length > 2 ? words[2] : ""))
                : Optional.empty();
    }

    boolean is(String wanted) {
        return type.equals(wanted);
    }

    static Optional<ScenarioEvent> last(List<ScenarioEvent> events, String wanted) {
        return events.reversed().stream()
                .filter(scenarioEvent -> scenarioEvent.is(wanted))
                .findFirst();
    }
}
