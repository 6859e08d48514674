@NullMarked
package dev.ginkgo.run.client;

import org.jspecify.annotations.NullMarked;
