@NullMarked
package dev.ginkgo.hub.replication;

import org.jspecify.annotations.NullMarked;
