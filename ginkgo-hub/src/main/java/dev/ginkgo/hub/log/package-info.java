@NullMarked
package dev.ginkgo.hub.log;

import org.jspecify.annotations.NullMarked;
