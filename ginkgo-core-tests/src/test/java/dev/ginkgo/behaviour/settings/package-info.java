@NullMarked
package dev.ginkgo.behaviour.settings;

import org.jspecify.annotations.NullMarked;
