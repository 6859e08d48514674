/** Tests of the HTTP server service. Depends on ginkgo-core. */
@NullMarked
package dev.ginkgo.net.http;

import org.jspecify.annotations.NullMarked;
