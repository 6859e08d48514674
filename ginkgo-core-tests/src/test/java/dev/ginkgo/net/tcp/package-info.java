/** Tests of the TCP server and client services. Depends on ginkgo-core and {@code dev.ginkgo.behaviour}. */
@NullMarked
package dev.ginkgo.net.tcp;

import org.jspecify.annotations.NullMarked;
