@NullMarked
package dev.ginkgo.build;

import org.jspecify.annotations.NullMarked;
