/**
 * What makes a process a daemon that can be found and asked: its identity, its pidfile, its log, its control socket.
 * Nothing here loads a service.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.daemon;
