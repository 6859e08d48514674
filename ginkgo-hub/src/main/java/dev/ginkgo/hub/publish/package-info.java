/**
 * Publishers: how the HTTP front and the program publish, to the store of this hub or through a broker. Depends on the packages
 * {@code message}, {@code channel} and {@code spi}.
 */
@NullMarked
package dev.ginkgo.hub.publish;

import org.jspecify.annotations.NullMarked;
