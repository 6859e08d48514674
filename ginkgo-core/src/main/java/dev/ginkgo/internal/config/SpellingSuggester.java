package dev.ginkgo.internal.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody meant: by the number of letters that are wrong, missing, too many or in the wrong order. */
final class SpellingSuggester {
    private SpellingSuggester() {}

    /** The nearest of the candidates, if one is near enough that it was probably meant. */
    static Optional<String> closestTo(String word, Collection<String> candidates) {
        return candidates.stream()
                .filter(each -> isNear(word, each))
                .min(Comparator.comparingInt(each -> distance(word, each)));
    }

    /** One letter in three may be wrong, but not all of them: {@code x} does not mean {@code y}. */
    private static boolean isNear(String word, String other) {
        int distance = distance(word, other);
        return distance <= Math.max(1, Math.max(word.length(), other.length()) / 3)
                && distance < Math.min(word.length(), other.length());
    }

    /** {@code ; did you mean "rate-per-minute"?}. */
    static String didYouMean(String meant) {
        return "; did you mean \"" + meant + "\"?";
    }

    /** Optimal string alignment distance; case and the choice between {@code _}, {@code -} and nothing cost nothing. */
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
