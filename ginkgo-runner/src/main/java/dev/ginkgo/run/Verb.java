package dev.ginkgo.run;

/** What is done with a target. */
enum Verb {
    RUN,
    START,
    CHECK,
    SYSTEMD
}
