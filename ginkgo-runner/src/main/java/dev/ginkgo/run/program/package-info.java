@NullMarked
package dev.ginkgo.run.program;

import org.jspecify.annotations.NullMarked;
