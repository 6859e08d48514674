@NullMarked
package dev.ginkgo.hub.admin;

import org.jspecify.annotations.NullMarked;
