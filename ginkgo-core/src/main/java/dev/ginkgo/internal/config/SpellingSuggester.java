package dev.ginkgo.internal.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Suggests corrections for misspelled names, by the number of letters that are wrong, missing, superfluous or swapped.
 */
final class SpellingSuggester {
    private SpellingSuggester() {}

    /** Returns the nearest candidate, if it is near enough to be a likely correction. */
    static Optional<String> closestTo(String word, Collection<String> candidates) {
        return candidates.stream()
                .filter(each -> isNear(word, each))
                .min(Comparator.comparingInt(each -> distance(word, each)));
    }

    /** Allows one wrong letter in three, but not all letters: {@code x} is no correction of {@code y}. */
    private static boolean isNear(String word, String other) {
        int distance = distance(word, other);
        return distance <= Math.max(1, Math.max(word.length(), other.length()) / 3)
                && distance < Math.min(word.length(), other.length());
    }

    /** Returns {@code ; did you mean "rate-per-minute"?}, to be appended to a message. */
    static String didYouMean(String suggestion) {
        return "; did you mean \"" + suggestion + "\"?";
    }

    /**
     * Returns the optimal string alignment distance. Differences in case, and in the use of {@code _} and {@code -}, do
     * not count.
     */
    static int distance(String one, String other) {
        String a = normalized(one);
        String b = normalized(other);
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int wrong = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + wrong, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    private static String normalized(String word) {
        return word.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }
}
