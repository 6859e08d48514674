package dev.ginkgo.run.output;

import dev.ginkgo.config.SettingInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints every setting of a tree (C-13, C-15) in the form of the file that would set them: tables in their order,
 * and below each key what it is for, its type, bounds and default, and where its value comes from.
 */
public final class SettingsHelp {
    private SettingsHelp() {}

    public static String render(List<SettingInfo> settings) {
        Map<String, StringBuilder> tables = new LinkedHashMap<>();
        tables.put("", new StringBuilder()); // keys of the root stand before the first table, in TOML too
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
        boolean missing = setting.required() && setting.value().isEmpty();
        text.append(key)
                .append(" = ")
                .append(missing ? "(must be given)" : setting.value())
                .append('\n');
        if (!setting.help().isEmpty()) {
            text.append("    ").append(setting.help()).append('\n');
        }
        text.append("    ").append(setting.type());
        text.append(setting.bounds().isEmpty() ? "" : "; " + setting.bounds());
        text.append(setting.required() ? "; required" : "; default " + displayValue(setting.defaultValue()));
        text.append(setting.restartRequired() ? "; fixed until a restart" : "");
        text.append(setting.secret() ? "; secret" : "").append('\n');
        text.append("    ")
                .append(setting.environmentName())
                .append("; now from ")
                .append(setting.source())
                .append('\n');
    }

    private static String displayValue(String value) {
        return value.isEmpty() ? "empty" : value;
    }
}
