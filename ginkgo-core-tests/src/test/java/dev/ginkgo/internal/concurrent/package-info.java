/** Tests of the internal concurrency utilities. Depends on ginkgo-core and ginkgo-testing. */
@NullMarked
package dev.ginkgo.internal.concurrent;

import org.jspecify.annotations.NullMarked;
