/** Tests of tasks, mailboxes and the watchdog. Depends on the fixtures in {@code dev.ginkgo.behaviour}. */
@NullMarked
package dev.ginkgo.behaviour.tasks;

import org.jspecify.annotations.NullMarked;
