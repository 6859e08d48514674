@NullMarked
package dev.ginkgo.hub.channel;

import org.jspecify.annotations.NullMarked;
