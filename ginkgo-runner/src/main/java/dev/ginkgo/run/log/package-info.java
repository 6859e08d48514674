@NullMarked
package dev.ginkgo.run.log;

import org.jspecify.annotations.NullMarked;
