@NullMarked
package dev.ginkgo.hub.delivery;

import org.jspecify.annotations.NullMarked;
