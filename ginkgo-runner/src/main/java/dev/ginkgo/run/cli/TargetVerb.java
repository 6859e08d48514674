package dev.ginkgo.run.cli;

/** What is done with a target. */
enum TargetVerb {
    RUN,
    START,
    CHECK,
    /** What {@code start} would refuse, before a daemon is stopped to be started again. */
    REHEARSE,
    SYSTEMD
}
