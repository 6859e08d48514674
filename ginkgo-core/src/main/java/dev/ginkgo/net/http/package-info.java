/** HTTP server as a service, based on the JDK's {@code com.sun.net.httpserver}. */
@NullMarked
package dev.ginkgo.net.http;

import org.jspecify.annotations.NullMarked;
