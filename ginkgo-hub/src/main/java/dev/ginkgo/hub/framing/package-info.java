@NullMarked
package dev.ginkgo.hub.framing;

import org.jspecify.annotations.NullMarked;
