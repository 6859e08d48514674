@NullMarked
package dev.ginkgo.behaviour.lifecycle;

import org.jspecify.annotations.NullMarked;
