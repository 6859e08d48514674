package dev.ginkgo.run.output;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Table of text with columns as wide as their content. Not thread-safe. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<Boolean> rightAligned = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * @param header the names of the columns; a column whose name begins with {@code >} is aligned to the right
     */
    public TextTable(String... header) {
        List<String> names = new ArrayList<>();
        for (String name : header) {
            rightAligned.add(name.startsWith(">"));
            names.add(name.startsWith(">") ? name.substring(1) : name);
        }
        rows.add(names);
    }

    /** Adds a row with one cell per column. Control characters are replaced, because names come from other programs. */
    public TextTable row(String... cells) {
        if (cells.length != rightAligned.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + rightAligned.size() + " columns");
        }
        rows.add(IntStream.range(0, cells.length)
                .mapToObj(i -> cells[i].replaceAll("\\p{Cntrl}", "?"))
                .toList());
        return this;
    }

    /** Returns whether the table has no rows but its header. */
    public boolean isEmpty() {
        return rows.size() == 1;
    }

    /** Returns the lines: the header and the rows, without spaces at the end. */
    public List<String> lines() {
        int[] widths = new int[rightAligned.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return rows.stream()
                .map(row -> String.join(
                                GAP,
                                IntStream.range(0, widths.length)
                                        .mapToObj(i -> padded(row.get(i), widths[i], rightAligned.get(i)))
                                        .toList())
                        .stripTrailing())
                .toList();
    }

    private static String padded(String cell, int width, boolean right) {
        String spaces = " ".repeat(width - cell.length());
        return right ? spaces + cell : cell + spaces;
    }
}
