package dev.ginkgo.internal.engine;

/** What a hook or a resource threw while its service stopped, with the place where it happened. */
final class HookException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HookException(String path, String what, Throwable cause) {
        super(path + ": " + what + " threw " + cause, cause);
    }

    HookException(String message) {
        super(message);
    }
}
