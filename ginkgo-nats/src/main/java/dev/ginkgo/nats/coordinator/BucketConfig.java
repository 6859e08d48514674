package dev.ginkgo.nats.coordinator;

import io.nats.client.api.StorageType;
import java.time.Duration;

/**
 * Configuration of the bucket.
 *
 * @param bucket its name
 * @param replicas how many servers store it
 * @param storage where they store it
 * @param timeout how long a server may take to answer
 */
record BucketConfig(String bucket, int replicas, StorageType storage, Duration timeout) {}
