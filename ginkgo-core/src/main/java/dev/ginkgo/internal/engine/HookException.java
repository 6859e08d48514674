package dev.ginkgo;

/** What a hook or a resource threw while its service stopped, with the place where it happened. */
final class HookFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HookFailure(String path, String what, Throwable cause) {
        super(path + ": " + what + " threw " + cause, cause);
    }

    HookFailure(String message) {
        super(message);
    }
}
