package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.StopException;
import java.util.List;
import java.util.stream.Stream;

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
        if (other.isClean()) {
            return this;
        }
        return new StopResult(
                Stream.concat(errors.stream(), other.errors.stream()).toList(),
                Stream.concat(leaks.stream(), other.leaks.stream()).toList());
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
