/**
 * Integration with systemd: notifications, and generation of unit files.
 *
 * <p>Depends on {@code os} and the core module.
 */
@NullMarked
package dev.ginkgo.run.systemd;

import org.jspecify.annotations.NullMarked;
