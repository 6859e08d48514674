@NullMarked
package dev.ginkgo.net.http;

import org.jspecify.annotations.NullMarked;
