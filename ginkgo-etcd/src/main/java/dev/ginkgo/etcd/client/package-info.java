/**
 * Client of etcd's JSON gateway: leases, keys, transactions and watches over HTTP/1.1, with several endpoints. Depends
 * on {@code dev.ginkgo.config} and Jackson's streaming parser.
 */
@NullMarked
package dev.ginkgo.etcd.client;

import org.jspecify.annotations.NullMarked;
