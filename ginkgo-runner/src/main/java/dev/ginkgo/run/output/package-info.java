@NullMarked
package dev.ginkgo.run.output;

import org.jspecify.annotations.NullMarked;
