@NullMarked
package dev.ginkgo.lifecycle;

import org.jspecify.annotations.NullMarked;
