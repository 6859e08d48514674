/** Tests of reload and of selecting a service by configuration. Depends on ginkgo-core and ginkgo-testing. */
@NullMarked
package dev.ginkgo.behaviour.settings;

import org.jspecify.annotations.NullMarked;
