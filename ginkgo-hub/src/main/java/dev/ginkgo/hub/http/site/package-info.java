@NullMarked
package dev.ginkgo.hub.http.site;

import org.jspecify.annotations.NullMarked;
