@NullMarked
package dev.ginkgo.hub.replication.local;

import org.jspecify.annotations.NullMarked;
