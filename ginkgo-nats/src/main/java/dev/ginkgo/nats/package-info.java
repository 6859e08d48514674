/** Provider of the engine {@code nats}. Depends on the other packages of the module. */
@NullMarked
package dev.ginkgo.nats;

import org.jspecify.annotations.NullMarked;
