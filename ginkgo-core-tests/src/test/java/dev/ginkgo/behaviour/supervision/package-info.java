@NullMarked
package dev.ginkgo.behaviour.supervision;

import org.jspecify.annotations.NullMarked;
