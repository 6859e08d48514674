@NullMarked
package dev.ginkgo.run.compile;

import org.jspecify.annotations.NullMarked;
