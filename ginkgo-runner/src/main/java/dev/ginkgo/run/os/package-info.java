/**
 * What the JDK leaves out of the operating system: users and groups, the umask, the working folder, the datagrams of
 * systemd. By the foreign-function API, to be called by the command only; nothing here is an API for programs.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.os;
