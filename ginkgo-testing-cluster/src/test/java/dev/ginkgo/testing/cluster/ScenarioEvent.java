package dev.ginkgo.testing.cluster;

import java.util.List;
import java.util.Optional;

/**
 * A line that a {@link ScenarioNode} has said: {@code 123456 act 7}.
 *
 * @param nanos when
 * @param type what it is about
 * @param text what there is to say of it, if anything
 */
public record ScenarioEvent(long nanos, String type, String text) {

    /** What a line says, if it is one of a player: others write between them, such as a log. */
    public static Optional<ScenarioEvent> parse(String text) {
        String[] words = text.split(" ", 3);
        return words.length > 1 && words[0].matches("-?\\d+")
                ? Optional.of(new ScenarioEvent(Long.parseLong(words[0]), words[1], words.length > 2 ? words[2] : ""))
                : Optional.empty();
    }

    boolean is(String what) {
        return type.equals(what);
    }

    static Optional<ScenarioEvent> last(List<ScenarioEvent> lines, String what) {
        return lines.reversed().stream()
                .filter(scenarioEvent -> scenarioEvent.is(what))
                .findFirst();
    }
}
