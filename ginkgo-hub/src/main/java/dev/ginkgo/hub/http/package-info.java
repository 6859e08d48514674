@NullMarked
package dev.ginkgo.hub.http;

import org.jspecify.annotations.NullMarked;
