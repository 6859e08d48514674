/**
 * Logging of a service process: Logback configuration, text layout, log rotation, redirection of standard streams.
 *
 * <p>Depends on {@code output} and the core module.
 */
@NullMarked
package dev.ginkgo.run.log;

import org.jspecify.annotations.NullMarked;
