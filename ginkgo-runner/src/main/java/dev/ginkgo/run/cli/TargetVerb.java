package dev.ginkgo.run.cli;

/** Commands that take a target. */
enum TargetVerb {
    RUN,
    /** Replaces the program when its files change. */
    DEV,
    START,
    CHECK,
    /** Reports the errors that {@code start} would report; {@code restart} runs it before it stops the daemon. */
    PREFLIGHT,
    SYSTEMD
}
