/**
 * Waiting and waking in a time source, event dispatch, backoff, rate-limited logging and task-scoped resources. Shared
 * by the modules of Ginkgo; not for users. Depends on {@code dev.ginkgo.time} only.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.internal.concurrent;
