package dev.ginkgo.run.cli;

/** Commands that take a target. */
enum TargetVerb {
    RUN,
    START,
    CHECK,
    /** Reports the errors that {@code start} would report; {@code restart} runs it before it stops the daemon. */
    PREFLIGHT,
    SYSTEMD
}
