package dev.ginkgo.run.output;

import dev.ginkgo.config.SettingInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints every setting of a tree (C-13, C-15) as a TOML document that can be used as a configuration file. Settings are
 * grouped by table in order of declaration; comments below each key give its purpose, type, bounds, default and source.
 * Keys without a value that a file could hold (required, unset or secret ones, and relative paths) are commented out.
 */
public final class SettingsHelp {
    private static final String UNSET_OPTIONAL = "none";

    private SettingsHelp() {}

    public static String render(List<SettingInfo> settings) {
        Map<String, StringBuilder> tables = new LinkedHashMap<>();
        tables.put("", new StringBuilder()); // TOML requires the keys of the root before the first table
        for (SettingInfo setting : settings) {
            int dot = setting.fullKey().lastIndexOf('.');
            String table = setting.fullKey().substring(0, Math.max(0, dot));
            append(
                    tables.computeIfAbsent(table, name -> new StringBuilder()),
                    setting.fullKey().substring(dot + 1),
                    setting);
        }
        StringBuilder text = new StringBuilder();
        tables.forEach((table, lines) -> {
            if (!lines.isEmpty()) {
                text.append(text.isEmpty() ? "" : "\n");
                text.append(table.isEmpty() ? "" : "[" + table + "]\n").append(lines);
            }
        });
        return text.toString();
    }

    private static void append(StringBuilder text, String key, SettingInfo setting) {
        text.append(setting.tomlValue().map(value -> key + " = " + value).orElseGet(() -> withoutValue(key, setting)))
                .append('\n');
        if (!setting.help().isEmpty()) {
            comment(text, setting.help());
        }
        comment(
                text,
                setting.type()
                        + (setting.bounds().isEmpty() ? "" : "; " + setting.bounds())
                        + (setting.required() ? "; required" : "; default " + displayValue(setting.defaultValue()))
                        + (setting.restartRequired() ? "; needs a restart" : "")
                        + (setting.secret() ? "; secret" : ""));
        String variable = setting.environmentName();
        comment(text, (variable.isEmpty() ? "" : variable + "; ") + "value from " + setting.source());
    }

    /** Returns a commented-out key with a hint. */
    private static String withoutValue(String key, SettingInfo setting) {
        if (setting.secret()) {
            return "# " + key + "-file = \"…\" # " + (isSet(setting) ? "set, not shown" : "not set")
                    + "; names a file that holds the secret";
        }
        if (setting.type().equals("path") && isSet(setting) && !setting.value().equals(UNSET_OPTIONAL)) {
            return "# " + key + " = … # " + setting.value()
                    + ", relative to the working folder; in a file it would be relative to the folder of the file";
        }
        return "# " + key + " = … # " + (setting.required() ? "required, not set" : "not set");
    }

    private static boolean isSet(SettingInfo setting) {
        return !setting.value().isEmpty();
    }

    private static void comment(StringBuilder text, String comment) {
        comment.lines().forEach(line -> text.append("    # ").append(line).append('\n'));
    }

    private static String displayValue(String value) {
        return value.isEmpty() ? "empty" : value;
    }
}
