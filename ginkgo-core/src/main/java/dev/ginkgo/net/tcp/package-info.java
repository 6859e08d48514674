@NullMarked
package dev.ginkgo.net.tcp;

import org.jspecify.annotations.NullMarked;
