/** Fixtures and clients for the tests of the hub. */
@NullMarked
package dev.ginkgo.hub.testing;

import org.jspecify.annotations.NullMarked;
