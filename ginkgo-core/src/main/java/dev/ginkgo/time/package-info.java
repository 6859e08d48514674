/** Time sources: the system's clocks and the interface through which tests replace them. Depends on no other package. */
@NullMarked
package dev.ginkgo.time;

import org.jspecify.annotations.NullMarked;
