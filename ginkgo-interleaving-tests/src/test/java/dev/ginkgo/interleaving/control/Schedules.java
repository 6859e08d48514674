package dev.ginkgo.interleaving.control;

import dev.ginkgo.interleaving.control.Plan.Order;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;

/** Runs scenarios in many schedules, the same ones each time. */
public final class Schedules {
    private final Instrumenter instrumenter = new Instrumenter(Schedules.class.getClassLoader());

    /**
     * Checks a scenario: in all schedules with one preemption, and in some with one to three at random.
     *
     * @param scenario has a constructor without parameters
     * @param random how many schedules with random preemptions are examined
     */
    public void check(Class<? extends ControlledScenario> scenario, int random)
            throws ReflectiveOperationException, InterruptedException {
        Constructor<? extends ControlledScenario> constructor = instrumenter
                .loadClass(scenario.getName())
                .asSubclass(ControlledScenario.class)
                .getDeclaredConstructor();
        constructor.setAccessible(true);
        int steps = 0;
        for (Order order : List.of(Order.FIRST, Order.LAST)) {
            steps = run(constructor, Plan.withoutPreemption(order)).steps();
            for (int step = 1; step <= steps; step++) {
                int others = 1;
                for (int other = 0; other < others; other++) {
                    others = run(constructor, Plan.withOnePreemption(order, step, other))
                            .choices();
                }
            }
        }
        for (int seed = 0; seed < random; seed++) {
            run(constructor, Plan.random(seed, steps));
        }
    }

    private static Schedule run(Constructor<? extends ControlledScenario> scenario, Plan plan)
            throws InterruptedException {
        Schedule schedule = new Schedule(plan, false);
        AssertionError failure = schedule.run(() -> perform(scenario));
        if (failure != null) {
            Schedule traced = new Schedule(plan, true);
            traced.run(() -> perform(scenario));
            throw new AssertionError(failure.getMessage() + "\nwith " + plan + ":\n" + traced.trace(), failure);
        }
        return schedule;
    }

    private static void perform(Constructor<? extends ControlledScenario> constructor) {
        try {
            ControlledScenario scenario = constructor.newInstance();
            ControlledThread self = (ControlledThread) Thread.currentThread();
            List<ControlledThread> threads = new ArrayList<>();
            List<ControlledScenario.Action> actions = scenario.actions();
            for (int i = 0; i < actions.size(); i++) {
                ControlledScenario.Action action = actions.get(i);
                ControlledThread thread = self.schedule.newThread(() -> perform(action));
                thread.setName("action " + (i + 1));
                threads.add(thread);
            }
            threads.forEach(Thread::start);
            self.schedule.runOthers(self);
            scenario.verify();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the scenario was not created: " + e.getCause(), e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void perform(ControlledScenario.Action action) {
        try {
            action.run();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
