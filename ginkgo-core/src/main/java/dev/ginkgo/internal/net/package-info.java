@NullMarked
package dev.ginkgo.internal.net;

import org.jspecify.annotations.NullMarked;
