package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.config.Messages;

/** Exception of a hook or of a resource during a stop, with the path of the service. */
final class HookException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HookException(String path, String what, Throwable cause) {
        super(path + ": " + what + " threw " + Messages.describe(cause), cause);
    }

    HookException(String message) {
        super(message);
    }
}
