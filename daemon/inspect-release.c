/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: which distribution of Linux it is, and which version. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "inspect.h"

/* A distribution by the ID of its os-release(5). */
struct distro {
    const char *id;
    const char *name;   /* the API's */
    const char *format; /* of packages */
    const char *management;
    int dnf_since, yum_since; /* major versions whose management is that */
};

static const struct distro distros[] = {
    { "almalinux", "almalinux", "rpm", "dnf", 0, 0 },
    { "alpine", "alpinelinux", "apk", "apk", 0, 0 },
    { "altlinux", "altlinux", "rpm", "apt", 0, 0 },
    { "arch", "archlinux", "pacman", "pacman", 0, 0 },
    { "buildroot", "buildroot", NULL, NULL, 0, 0 },
    { "centos", "centos", "rpm", "up2date", 8, 5 },
    { "cirros", "cirros", NULL, NULL, 0, 0 },
    { "coreos", "coreos", NULL, NULL, 0, 0 },
    { "debian", "debian", "deb", "apt", 0, 0 },
    { "fedora", "fedora", "rpm", "yum", 22, 0 },
    { "frugalware", "frugalware", "pacman", "pacman", 0, 0 },
    { "gentoo", "gentoo", "ebuild", "portage", 0, 0 },
    { "kali", "kalilinux", "deb", "apt", 0, 0 },
    { "kylin", "kylin", "rpm", "dnf", 0, 0 },
    { "linuxmint", "linuxmint", "deb", "apt", 0, 0 },
    { "mageia", "mageia", "rpm", "urpmi", 0, 0 },
    { "mandriva", "mandriva", "rpm", "urpmi", 0, 0 },
    { "meego", "meego", "rpm", "yum", 0, 0 },
    { "neokylin", "neokylin", "rpm", "yum", 0, 0 },
    { "ol", "oraclelinux", "rpm", "up2date", 8, 5 },
    { "openmandriva", "openmandriva", "rpm", "dnf", 0, 0 },
    { "opensuse", "opensuse", "rpm", "zypper", 0, 0 },
    { "opensuse-leap", "opensuse", "rpm", "zypper", 0, 0 },
    { "opensuse-microos", "opensuse", "rpm", "zypper", 0, 0 },
    { "opensuse-tumbleweed", "opensuse", "rpm", "zypper", 0, 0 },
    { "pardus", "pardus", "pisi", "pisi", 0, 0 },
    { "pld", "pldlinux", "rpm", "poldek", 0, 0 },
    { "raspbian", "debian", "deb", "apt", 0, 0 },
    { "redhat-based", "redhat-based", "rpm", "up2date", 8, 5 },
    { "rhel", "rhel", "rpm", "up2date", 8, 5 },
    { "rocky", "rocky", "rpm", "dnf", 0, 0 },
    { "scientific", "scientificlinux", "rpm", "up2date", 8, 5 },
    { "slackware", "slackware", NULL, NULL, 0, 0 },
    { "sle_hpc", "sles", "rpm", "zypper", 0, 0 },
    { "sled", "sles", "rpm", "zypper", 0, 0 },
    { "sles", "sles", "rpm", "zypper", 0, 0 },
    { "sles_sap", "sles", "rpm", "zypper", 0, 0 },
    { "suse-based", "suse-based", "rpm", "zypper", 0, 0 },
    { "ttylinux", "ttylinux", NULL, NULL, 0, 0 },
    { "ubuntu", "ubuntu", "deb", "apt", 0, 0 },
    { "void", "voidlinux", "xbps", "xbps", 0, 0 },
};

/* What a distribution that we don't know takes after, by its ID_LIKE; for the
 * others nothing is certain but how they are packaged.
 */
static const struct {
    const char *like, *id;
    bool named; /* there is a name for those */
} families[] = {
    { "suse", "suse-based", true },       { "opensuse", "suse-based", true },
    { "rhel", "redhat-based", true },     { "fedora", "redhat-based", true },
    { "centos", "redhat-based", true },   { "debian", "debian", false },
    { "ubuntu", "debian", false },        { "arch", "arch", false },
    { "gentoo", "gentoo", false },
};

/* Files that were there before os-release was: of which distribution, and
 * what their first line begins with.
 */
static const struct {
    const char *file, *begins, *id;
} releases[] = {
    { "/etc/oracle-release", "Oracle Linux", "ol" },
    { "/etc/rocky-release", "Rocky Linux", "rocky" },
    { "/etc/almalinux-release", "AlmaLinux", "almalinux" },
    { "/etc/centos-release", "CentOS", "centos" },
    { "/etc/altlinux-release", "", "altlinux" },
    { "/etc/neokylin-release", "", "neokylin" },
    { "/etc/openmandriva-release", "", "openmandriva" },
    { "/etc/mageia-release", "", "mageia" },
    { "/etc/mandriva-release", "", "mandriva" },
    { "/etc/fedora-release", "Fedora", "fedora" },
    { "/etc/redhat-release", "Fedora", "fedora" },
    { "/etc/redhat-release", "Red Hat Enterprise Linux", "rhel" },
    { "/etc/redhat-release", "CentOS", "centos" },
    { "/etc/redhat-release", "Scientific Linux", "scientific" },
    { "/etc/redhat-release", "Rocky Linux", "rocky" },
    { "/etc/redhat-release", "AlmaLinux", "almalinux" },
    { "/etc/redhat-release", "", "redhat-based" },
    { "/etc/SuSE-release", "openSUSE", "opensuse" },
    { "/etc/SuSE-release", "SUSE Linux Enterprise", "sles" },
    { "/etc/SuSE-release", "SUSE LINUX Enterprise", "sles" },
    { "/etc/SuSE-release", "", "suse-based" },
    { "/etc/pardus-release", "", "pardus" },
    { "/etc/arch-release", "", "arch" },
    { "/etc/gentoo-release", "", "gentoo" },
    { "/etc/meego-release", "", "meego" },
    { "/etc/slackware-version", "", "slackware" },
    { "/etc/ttylinux-target", "", "ttylinux" },
    { "/etc/cirros/version", "", "cirros" },
    { "/etc/br-version", "", "buildroot" },
    { "/etc/frugalware-release", "", "frugalware" },
    { "/etc/pld-release", "", "pld" },
    { "/etc/alpine-release", "", "alpine" },
    { "/etc/debian_version", "", "debian" },
};

static const struct distro *
find_distro (const char *id)
{
    for (size_t i = 0; i < sizeof distros / sizeof *distros; i++)
        if (strcmp (distros[i].id, id) == 0)
            return &distros[i];
    return NULL;
}

static const char *
management_of (const struct distro *d, int major)
{
    if (d->dnf_since && major >= d->dnf_since)
        return "dnf";
    return d->yum_since && major >= d->yum_since ? "yum" : d->management;
}

static void
set_packages (struct os *os, const struct distro *d)
{
    os->package_format = d->format;
    os->package_management = management_of (d, os->major);
}

static bool
has_word (const char *words, const char *word)
{
    cleanup_string_array char **list = string_split (words, ' ');

    return string_array_contains (list, word);
}

static void
set_family (struct os *os, const char *like)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (has_word (like, families[i].like)) {
            const struct distro *d = find_distro (families[i].id);

            set_packages (os, d);
            if (families[i].named)
                os->distro = d->name;
            return;
        }
}

/* An os-release, which has no ID on systems that are nearly nothing. */
static bool
take_os_release (struct os *os, const char *text)
{
    cleanup_free char *id = guest_variable (text, "ID");
    cleanup_free char *like = guest_variable (text, "ID_LIKE");
    cleanup_free char *version = guest_variable (text, "VERSION_ID");
    const struct distro *d = id ? find_distro (id) : NULL;

    os->product_name = guest_variable (text, "PRETTY_NAME");
    os->build_id = guest_variable (text, "BUILD_ID");
    if (version)
        guest_version (version, &os->major, &os->minor);
    if (d) {
        os->distro = d->name;
        set_packages (os, d);
    } else if (like) {
        set_family (os, like);
    }
    return id != NULL;
}

/* Only the version's first part is in Debian's os-release, and in CentOS's;
 * others that have the file as well have it from there.
 */
static const struct {
    const char *distro, *file;
} minor_versions[] = {
    { "debian", "/etc/debian_version" },
    { "centos", "/etc/centos-release" },
};

static void
complete_version (const struct guest_files *files, struct os *os)
{
    for (size_t i = 0; os->minor == 0 && os->distro
                       && i < sizeof minor_versions / sizeof *minor_versions;
         i++) {
        cleanup_free char *text = NULL;
        int major, minor;

        if (strcmp (minor_versions[i].distro, os->distro) != 0)
            continue;
        text = guest_text (files, minor_versions[i].file);
        if (!text)
            continue;
        guest_version (text, &major, &minor);
        if (os->major == 0 || major == os->major) {
            os->major = major;
            os->minor = minor;
        }
    }
}

static bool
read_os_release (const struct guest_files *files, struct os *os)
{
    static const char *const places[] = { "/etc/os-release",
                                          "/usr/lib/os-release" };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        cleanup_free char *text = guest_text (files, places[i]);

        if (text && take_os_release (os, text)) {
            complete_version (files, os);
            return true;
        }
    }
    return false;
}

/* What lsb_release(1) reads: Ubuntu's before it had an os-release, and
 * others'.
 */
static const struct {
    const char *lsb, *id;
} lsb_ids[] = {
    { "Ubuntu", "ubuntu" },       { "LinuxMint", "linuxmint" },
    { "MageiaLinux", "mageia" },  { "Mageia", "mageia" },
    { "MandrivaLinux", "mandriva" }, { "Kali", "kali" },
    { "CoreOS", "coreos" },
};

static const struct distro *
distro_of_lsb (const char *name)
{
    for (size_t i = 0; i < sizeof lsb_ids / sizeof *lsb_ids; i++)
        if (strcmp (lsb_ids[i].lsb, name) == 0)
            return find_distro (lsb_ids[i].id);
    return NULL;
}

static bool
read_lsb_release (const struct guest_files *files, struct os *os)
{
    cleanup_free char *text = guest_text (files, "/etc/lsb-release");
    cleanup_free char *id = text ? guest_variable (text, "DISTRIB_ID") : NULL;
    const struct distro *d = id ? distro_of_lsb (id) : NULL;
    cleanup_free char *version = NULL;

    if (!d)
        return false;
    free (os->product_name);
    os->product_name = guest_variable (text, "DISTRIB_DESCRIPTION");
    version = guest_variable (text, "DISTRIB_RELEASE");
    if (version)
        guest_version (version, &os->major, &os->minor);
    os->distro = d->name;
    set_packages (os, d);
    return true;
}

/* Where SuSE-release has the version: in lines of its own. */
static void
read_suse_version (const char *text, struct os *os)
{
    cleanup_free char *plain = xstrdup (text);
    cleanup_free char *version = NULL, *level = NULL;
    int ignored;
    char *to = plain;

    for (const char *p = plain; *p; p++)
        if (*p != ' ')
            *to++ = *p;
    *to = '\0';
    version = guest_variable (plain, "VERSION");
    level = guest_variable (plain, "PATCHLEVEL");
    if (version)
        guest_version (version, &os->major, &os->minor);
    if (level)
        guest_version (level, &os->minor, &ignored);
}

static bool
read_release_file (const struct guest_files *files, struct os *os, size_t i)
{
    cleanup_free char *text = guest_text (files, releases[i].file);
    cleanup_free char *line = text ? guest_line (text) : NULL;
    const struct distro *d = find_distro (releases[i].id);

    if (!text || !string_starts_with (line ? line : "", releases[i].begins))
        return false;
    if (strcmp (releases[i].file, "/etc/SuSE-release") == 0)
        read_suse_version (text, os);
    else
        guest_version (line ? line : "", &os->major, &os->minor);
    free (os->product_name);
    os->product_name = steal (&line);
    os->distro = d->name;
    set_packages (os, d);
    return true;
}

void
inspect_release (const struct guest_files *files, struct os *os)
{
    if (read_os_release (files, os) || read_lsb_release (files, os))
        return;
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++)
        if (read_release_file (files, os, i))
            return;
}
