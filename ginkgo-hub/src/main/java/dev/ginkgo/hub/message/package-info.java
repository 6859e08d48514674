@NullMarked
package dev.ginkgo.hub.message;

import org.jspecify.annotations.NullMarked;
