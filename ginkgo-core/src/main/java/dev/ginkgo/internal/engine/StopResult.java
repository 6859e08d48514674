package dev.ginkgo;

import java.util.ArrayList;
import java.util.List;

/**
 * How a run ended, with all below it.
 *
 * @param errors what hooks and resources threw, in the order in which it happened
 * @param leaks the tasks that did not end
 */
record Outcome(List<Throwable> errors, List<Leak> leaks) {
    static final Outcome CLEAN = new Outcome(List.of(), List.of());

    boolean isClean() {
        return errors.isEmpty() && leaks.isEmpty();
    }

    Outcome plus(Outcome other) {
        return new Outcome(concat(errors, other.errors), concat(leaks, other.leaks));
    }

    private static <T> List<T> concat(List<T> a, List<T> b) {
        List<T> all = new ArrayList<>(a);
        all.addAll(b);
        return List.copyOf(all);
    }

    /** Throws what was not clean. */
    void orThrow(String path) {
        if (!isClean()) {
            throw new StopException(message(path), errors, leaks);
        }
    }

    String message(String path) {
        StringBuilder text = new StringBuilder(path + " did not stop cleanly");
        errors.forEach(e -> text.append("; ").append(Texts.oneLine(e)));
        leaks.forEach(leak -> text.append("\n").append(leak));
        return text.toString();
    }
}
