@NullMarked
package dev.ginkgo.time;

import org.jspecify.annotations.NullMarked;
