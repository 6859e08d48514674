@NullMarked
package dev.ginkgo.hub.http.websocket;

import org.jspecify.annotations.NullMarked;
