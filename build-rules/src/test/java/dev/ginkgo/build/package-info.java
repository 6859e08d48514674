/** Rules of the build as tests. Depends on every published module. */
@NullMarked
package dev.ginkgo.build;

import org.jspecify.annotations.NullMarked;
