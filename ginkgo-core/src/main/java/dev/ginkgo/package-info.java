/**
 * The API for writing and running services: {@link dev.ginkgo.Service} and its settings, {@link dev.ginkgo.Supervision},
 * {@link dev.ginkgo.Mailbox}, and {@link dev.ginkgo.Ginkgo}, which starts a tree. Uses {@code lifecycle}, {@code config}
 * and {@code time} in its signatures, and the internal engine for the work.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo;
