package dev.ginkgo.etcd.client;

/**
 * A lease as etcd answered: granted, or kept alive.
 *
 * @param header the state of etcd
 * @param id the lease
 * @param ttlSeconds how long it lasts from now; etcd may grant more than requested. Zero if it does not exist any more
 */
public record GrantedLease(Header header, long id, long ttlSeconds) {}
