@NullMarked
package dev.ginkgo.hub.http.server;

import org.jspecify.annotations.NullMarked;
