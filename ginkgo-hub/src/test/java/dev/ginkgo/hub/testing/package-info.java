@NullMarked
package dev.ginkgo.hub.testing;

import org.jspecify.annotations.NullMarked;
