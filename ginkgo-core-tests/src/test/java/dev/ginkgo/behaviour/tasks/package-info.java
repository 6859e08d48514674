@NullMarked
package dev.ginkgo.behaviour.tasks;

import org.jspecify.annotations.NullMarked;
