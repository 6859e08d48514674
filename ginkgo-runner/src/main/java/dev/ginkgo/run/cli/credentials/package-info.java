/** The commands that create credentials: {@code token} and {@code cert}. */
@NullMarked
package dev.ginkgo.run.cli.credentials;

import org.jspecify.annotations.NullMarked;
