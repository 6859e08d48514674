package dev.ginkgo.interleaving.control;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * Decides which thread runs: a thread runs until it waits or ends, except where it is preempted. It then runs again when no
 * other thread can.
 *
 * @param preemptions the accesses to shared state, counted from 1, before which another thread runs, and which one of the
 *     others
 * @param order how the next thread is chosen when one waits or ends
 * @param seed of a random order
 */
record Plan(Map<Integer, Integer> preemptions, Order order, long seed) {
    /** Which thread runs when one waits or ends. */
    enum Order {
        /** The thread that was created first. */
        FIRST,
        /** The thread that was created last. */
        LAST,
        RANDOM
    }

    static Plan withoutPreemption(Order order) {
        return new Plan(Map.of(), order, 0);
    }

    static Plan withOnePreemption(Order order, int step, int other) {
        return new Plan(Map.of(step, other), order, 0);
    }

    /**
     * Returns a plan with one to three preemptions.
     *
     * @param steps the number of accesses of a run
     */
    static Plan random(long seed, int steps) {
        Random random = new Random(seed);
        Map<Integer, Integer> preemptions = new TreeMap<>();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            preemptions.put(1 + random.nextInt(steps), random.nextInt(Integer.MAX_VALUE));
        }
        return new Plan(preemptions, Order.RANDOM, seed);
    }

    /** Returns a function from the number of threads that can run to the index of the next one. */
    IntUnaryOperator newOrder() {
        return switch (order) {
            case FIRST -> count -> 0;
            case LAST -> count -> count - 1;
            case RANDOM -> new Random(seed)::nextInt;
        };
    }

    /** Returns whether another thread runs before an access. */
    boolean preempts(int step) {
        return preemptions.containsKey(step);
    }

    /** Returns the thread that runs before an access at which the running one is preempted. */
    ControlledThread preempting(int step, List<ControlledThread> others) {
        return others.get(preemptions.getOrDefault(step, 0) % others.size());
    }
}
