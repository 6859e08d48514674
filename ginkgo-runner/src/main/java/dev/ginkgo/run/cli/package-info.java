@NullMarked
package dev.ginkgo.run.cli;

import org.jspecify.annotations.NullMarked;
