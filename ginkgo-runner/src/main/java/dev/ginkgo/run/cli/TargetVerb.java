package dev.ginkgo.run;

/** What is done with a target. */
enum Verb {
    RUN,
    START,
    CHECK,
    /** What {@code start} would refuse, before a daemon is stopped to be started again. */
    REHEARSE,
    SYSTEMD
}
