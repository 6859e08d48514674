package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.StopException;
import java.util.ArrayList;
import java.util.List;

/**
 * Result of the stop of a run, including everything below it.
 *
 * @param errors what hooks and resources threw, in the order in which it occurred
 * @param leaks the tasks that did not end
 */
record StopResult(List<Throwable> errors, List<Leak> leaks) {
    static final StopResult CLEAN = new StopResult(List.of(), List.of());

    boolean isClean() {
        return errors.isEmpty() && leaks.isEmpty();
    }

    StopResult plus(StopResult other) {
        return new StopResult(concat(errors, other.errors), concat(leaks, other.leaks));
    }

    private static <T> List<T> concat(List<T> a, List<T> b) {
        List<T> all = new ArrayList<>(a);
        all.addAll(b);
        return List.copyOf(all);
    }

    /** Throws a {@link StopException} if the stop was not clean. */
    void throwIfUnclean(String path) {
        if (!isClean()) {
            throw new StopException(message(path), errors, leaks);
        }
    }

    String message(String path) {
        StringBuilder text = new StringBuilder(path + " did not stop cleanly");
        errors.forEach(e -> text.append("; ").append(Messages.oneLine(e)));
        leaks.forEach(leak -> text.append("\n").append(leak));
        return text.toString();
    }
}
