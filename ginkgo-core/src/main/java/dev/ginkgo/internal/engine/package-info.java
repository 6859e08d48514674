@NullMarked
package dev.ginkgo.internal.engine;

import org.jspecify.annotations.NullMarked;
