package lab;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Options of the command line, as {@code NAME=VALUE}. What is not given has a default of the work that uses it. */
final class Options {
    private final Map<String, String> given = new HashMap<>();

    /**
     * Reads the options.
     *
     * @param names all names that exist
     * @throws IllegalArgumentException if an argument is none of them; the message lists them
     */
    Options(List<String> arguments, Set<String> names) {
        for (String argument : arguments) {
            String[] option = argument.split("=", 2);
            if (option.length < 2 || !names.contains(option[0])) {
                throw new IllegalArgumentException(
                        argument + " is not one of " + names.stream().sorted().toList() + ", each with =VALUE");
            }
            given.put(option[0], option[1]);
        }
    }

    String text(String name, String otherwise) {
        return given.getOrDefault(name, otherwise);
    }

    List<String> texts(String name, String otherwise) {
        return List.of(text(name, otherwise).split(","));
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(text(name, Integer.toString(otherwise)));
    }

    double decimal(String name, double otherwise) {
        return Double.parseDouble(text(name, Double.toString(otherwise)));
    }

    int[] numbers(String name, String otherwise) {
        return texts(name, otherwise).stream().mapToInt(Integer::parseInt).toArray();
    }

    /** Returns the rows of a fan-out: all combinations, ordered by depth, size, subscribers, stuck subscribers. */
    List<Fanout.Row> rows(String subscribers, String bytes, String depths) {
        return Arrays.stream(numbers("depth", depths)).boxed()
                .flatMap(depth -> Arrays.stream(numbers("bytes", bytes)).boxed()
                        .flatMap(size -> Arrays.stream(numbers("subscribers", subscribers)).boxed()
                                .flatMap(reading -> Arrays.stream(numbers("stuck", "0"))
                                        .mapToObj(stuck -> new Fanout.Row(reading, stuck, size, depth)))))
                .toList();
    }
}
