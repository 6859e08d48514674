@NullMarked
package dev.ginkgo.run.systemd;

import org.jspecify.annotations.NullMarked;
