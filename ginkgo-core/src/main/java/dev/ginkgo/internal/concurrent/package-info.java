/** Waiting, waking, dispatching events, backoff and limited logging: shared by the modules of Ginkgo, not by users. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.internal.concurrent;
