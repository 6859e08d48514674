package lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The programs that the laboratory measures: those of Debian must be installed, the others are fetched and built here. */
final class Peers {
    private static final Path LAB = Path.of("bench", "lab");
    private static final Path BUN = LAB.resolve("target/bun/node_modules/.bin/bun");
    private static final Path VERTX = Path.of("bench", "peers", "vertx-fanout", "target", "app.jar");
    private static final String BUN_VERSION = "1.4.5";

    /** A program of a Debian package, and how it prints its version. */
    private enum Program {
        CC("cc", "gcc", "-dumpfullversion"),
        OPENSSL("openssl", "openssl", "version"),
        NGINX("/usr/lib/nginx/modules/ngx_nchan_module.so", "libnginx-mod-nchan", ""),
        NATS("nats-server", "nats-server", "--version"),
        MOSQUITTO("mosquitto", "mosquitto", "-h"),
        ETCD("etcd", "etcd-server", "--version"),
        NPM("npm", "npm", "--version"),
        MAVEN("mvn", "maven", "--version");

        private final String file;
        private final String debianPackage;
        private final String version;

        Program(String file, String debianPackage, String version) {
            this.file = file;
            this.debianPackage = debianPackage;
            this.version = version;
        }

        boolean isInstalled() {
            return Path.of(file).isAbsolute()
                    ? Files.exists(Path.of(file))
                    : Arrays.stream((System.getenv("PATH") + ":/usr/sbin").split(":"))
                            .anyMatch(folder -> Files.isExecutable(Path.of(folder, file)));
        }
    }

    private Peers() {}

    /** Prints which programs are there with their versions and which Debian packages are missing, and fetches the others. */
    static void run(Options options) throws Exception {
        List<String> missing = new ArrayList<>();
        System.out.println("| program | Debian package | version |\n|---|---|---|");
        for (Program each : Program.values()) {
            if (each.isInstalled()) {
                System.out.printf("| %s | %s | %s |%n", each.file, each.debianPackage, version(each));
            } else {
                missing.add(each.debianPackage);
            }
        }
        if (!missing.isEmpty()) {
            System.out.println("\nMissing; servers that need them cannot be measured: apt-get install " + String.join(" ", missing));
        }
        if (Program.NPM.isInstalled()) {
            System.out.println("\nBun: " + bun() + " " + BUN_VERSION);
        }
        if (Program.MAVEN.isInstalled()) {
            System.out.println("Vert.x: " + vertx() + ", versions in bench/peers/vertx-fanout/pom.xml");
        }
    }

    /** Returns the program of Bun, which npm fetches if it is not there. */
    static Path bun() throws IOException, InterruptedException {
        if (!Files.exists(BUN)) {
            require(Program.NPM);
            Path folder = Files.createDirectories(LAB.resolve("target/bun"));
            execute(folder, "npm", "install", "--no-audit", "--no-fund", "--prefix", folder.toString(), "bun@" + BUN_VERSION);
        }
        return BUN;
    }

    /** Returns the jar of the server with Vert.x, which Maven builds if it is not there. */
    static Path vertx() throws IOException, InterruptedException {
        if (!Files.exists(VERTX)) {
            require(Program.MAVEN);
            Path folder = Files.createDirectories(VERTX.getParent());
            execute(folder, "mvn", "-q", "-B", "-ntp", "-f", "bench/peers/vertx-fanout", "package");
        }
        return VERTX;
    }

    /** Throws if the programs that a server needs are not installed; the message names the Debian package. */
    static void requireFor(String server) throws IOException {
        switch (server.replaceAll("-.*", "")) {
            case "floor" -> require(Program.CC);
            case "nchan" -> require(Program.NGINX);
            case "nats", "jetstream" -> require(Program.NATS);
            case "mosquitto" -> require(Program.MOSQUITTO);
            case "etcd" -> require(Program.ETCD);
            default -> {
                if (server.contains("jetstream") || server.contains("nats")) {
                    require(Program.NATS);
                } else if (server.equals("hub-tls")) {
                    require(Program.OPENSSL);
                }
            }
        }
    }

    private static void require(Program program) throws IOException {
        if (!program.isInstalled()) {
            throw new IOException(program.file + " is not installed: apt-get install " + program.debianPackage);
        }
    }

    /** Runs a command to its end, with its output in a file of the folder. */
    static void execute(Path folder, String... command) throws IOException, InterruptedException {
        Path log = folder.resolve(Path.of(command[0]).getFileName() + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroy();
            throw new IOException(String.join(" ", command) + " failed: " + Files.readString(log));
        }
    }

    private static String version(Program program) throws IOException, InterruptedException {
        ProcessBuilder command = program.version.isEmpty()
                ? new ProcessBuilder("dpkg-query", "-f", "${Version}", "-W", program.debianPackage)
                : new ProcessBuilder(program.file, program.version);
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.lines().findFirst().orElse("unknown").replaceAll("\\x1b\\[\\d*m", ""); // Maven prints colours
    }
}
