/** What happens in a tree, as counters and as events of Java Flight Recorder. Knows nothing of the engine. */
@NullMarked
package dev.ginkgo.internal.monitoring;

import org.jspecify.annotations.NullMarked;
