package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Proxies that are run by tests, each with its configuration in {@code docs/proxies.md}. */
public enum Proxy {
    NGINX("nginx") {
        @Override
        String configuration(String http, Path folder, int port) {
            StringBuilder text = new StringBuilder("daemon off;\nworker_processes 1;\npid nginx.pid;\n");
            if (System.getProperty("user.name").equals("root")) {
                text.append("user root;\n"); // otherwise its worker may not enter the folder
            }
            text.append("events { worker_connections 1024; }\nhttp {\naccess_log off;\n");
            for (String each : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
                text.append(each)
                        .append("_temp_path ")
                        .append(folder.resolve(each))
                        .append(";\n");
            }
            return text.append(http.replace("listen 80;", "listen 127.0.0.1:" + port + ";"))
                    .append("}\n")
                    .toString();
        }

        @Override
        List<String> command(Path folder, Path configuration, int port) {
            return List.of(
                    executable("nginx"), "-p", folder.toString(), "-e", "stderr", "-c", configuration.toString());
        }

        @Override
        boolean isBound(Path folder, String output) {
            return Files.exists(folder.resolve("nginx.pid"));
        }
    },

    HAPROXY("haproxy") {
        @Override
        String configuration(String sections, Path folder, int port) {
            return "global\n    noreuseport\n\n" + sections.replace("bind :80", "bind 127.0.0.1:" + port);
        }

        @Override
        List<String> command(Path folder, Path configuration, int port) {
            return List.of(executable("haproxy"), "-W", "-db", "-f", configuration.toString());
        }

        @Override
        boolean isBound(Path folder, String output) {
            return output.contains("Loading success");
        }
    },

    VARNISH("vcl") {
        @Override
        String configuration(String vcl, Path folder, int port) {
            return vcl;
        }

        @Override
        List<String> command(Path folder, Path configuration, int port) {
            return List.of(
                    executable("varnishd"),
                    "-F",
                    "-n",
                    folder.resolve("varnish").toString(),
                    "-j",
                    "none",
                    "-T",
                    "none",
                    "-s",
                    "malloc,16m",
                    "-l",
                    "1m",
                    "-a",
                    "127.0.0.1:" + port,
                    "-f",
                    configuration.toString());
        }

        @Override
        boolean isBound(Path folder, String output) {
            return output.contains("Child launched OK");
        }
    };

    private final String language;

    Proxy(String language) {
        this.language = language;
    }

    /** Returns the configuration in {@code docs/proxies.md}. */
    public String documented() throws IOException {
        Path page = Path.of(System.getProperty("ginkgo.root", ".."), "docs", "proxies.md");
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(page));
        if (!block.find()) {
            throw new IllegalStateException(page + " has no configuration in the language " + language);
        }
        return block.group(1);
    }

    /** Returns the whole configuration file: the documented part with the given port, and what a test needs besides. */
    abstract String configuration(String documented, Path folder, int port);

    /** Returns the command that runs the proxy in the foreground. */
    abstract List<String> command(Path folder, Path configuration, int port);

    /** Returns whether the proxy has bound its port; before that, another process may listen there. */
    abstract boolean isBound(Path folder, String output);

    /** Returns the path of a daemon, which is not on the search path of every user. */
    private static String executable(String name) {
        Path path = Path.of("/usr/sbin", name);
        return Files.isExecutable(path) ? path.toString() : name;
    }
}
