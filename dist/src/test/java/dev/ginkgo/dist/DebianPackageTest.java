package dev.ginkgo.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The Debian package. */
@EnabledOnOs(OS.LINUX)
class DebianPackageTest extends BundledRuntimeContract {
    private static final String PACKAGE = System.getProperty("ginkgo.debian.package", "");

    @Override
    CleanMachine unpack(Path folder) throws Exception {
        return CleanMachine.withDebianPackage(folder);
    }

    @Test
    @DisplayName(
            "C-30 the package has its name, version, architecture and dependencies, a license and a unit for systemd")
    void hasControlFields() throws Exception {
        assertThat(CleanMachine.execute("dpkg-deb", "-f", PACKAGE).lines())
                .contains("Package: ginkgo-java", "Depends: libc6, zlib1g", "Conflicts: ginkgo")
                .anyMatch(line -> line.startsWith("Version: "))
                .anyMatch(line -> line.matches("Architecture: (amd64|arm64)"))
                .anyMatch(line -> line.startsWith("Maintainer: "))
                .noneMatch(line -> line.contains("[["));
        Path root = machine().folder();
        assertThat(root.resolve("usr/share/doc/ginkgo-java/copyright"))
                .content()
                .startsWith("MIT License");
        assertThat(root.resolve("usr/lib/systemd/system/ginkgo@.service")).isRegularFile();
        assertThat(root.resolve("etc/ginkgo")).isDirectory();
        assertThat(Files.readSymbolicLink(root.resolve("usr/bin/ginkgo"))).hasToString("../../opt/ginkgo/bin/ginkgo");
    }

    @Test
    @DisplayName("C-30 all files of the package belong to root, and only root can change them")
    void filesBelongToRoot() throws Exception {
        assertThat(CleanMachine.execute("dpkg-deb", "-c", PACKAGE).lines())
                .isNotEmpty()
                .allMatch(line -> line.matches("(l[rwx-]{9}|[-d]r[w-][x-]r-[x-]r-[x-]) +root/root .*"));
    }

    @Test
    @DisplayName("C-30 the scripts that run at the installation and removal are valid shell")
    void maintainerScriptsAreValid(@TempDir Path control) throws Exception {
        CleanMachine.execute("dpkg-deb", "-e", PACKAGE, control.toString());
        for (String script : new String[] {"postinst", "prerm"}) {
            assertThat(control.resolve(script)).isExecutable();
            CleanMachine.execute("/bin/sh", "-n", control.resolve(script).toString());
        }
    }
}
