@NullMarked
package dev.ginkgo.run.service;

import org.jspecify.annotations.NullMarked;
