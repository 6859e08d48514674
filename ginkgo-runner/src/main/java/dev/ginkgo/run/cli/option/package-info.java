/** Types of option values that several commands share. */
@NullMarked
package dev.ginkgo.run.cli.option;

import org.jspecify.annotations.NullMarked;
