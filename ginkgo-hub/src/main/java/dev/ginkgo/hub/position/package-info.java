@NullMarked
package dev.ginkgo.hub.position;

import org.jspecify.annotations.NullMarked;
