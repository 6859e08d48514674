/** TCP server and client as services, with connections that read and write lines or bytes. */
@NullMarked
package dev.ginkgo.net.tcp;

import org.jspecify.annotations.NullMarked;
