/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packages in a guest's RPM database.
 *
 * librpm reads it in a process of its own, which sees nothing but the folder
 * with the database, and that through an overlay: SQLite wants to write beside
 * what it reads, and the guest must not be changed.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "guarded.h"
#include "modules.h"
#include "regular-file.h"
#include "rpm-library.h"
#include "sysroot.h"

DEFINE_LIBRARY (rpm, "librpm.so.9", RPM_FUNCTIONS)

/* Seconds of processor time, and of any time, that it may take. */
#define SECONDS 60
#define WAIT_SECONDS 300

/* The answer is text: fields, and packages. */
#define FIELD_END '\001'
#define PACKAGE_END '\002'

/* From so many bytes on descriptions are left out, for all to fit into a
 * message.
 */
#define DESCRIPTIONS_MAX (2 << 20)
#define ANSWER_LIMIT (3500 << 10)

/* Files that are a database, in what is mounted now. */
static const struct database {
    const char *folder, *file, *backend;
} databases[] = {
    { "/usr/lib/sysimage/rpm", "rpmdb.sqlite", "sqlite" },
    { "/var/lib/rpm", "rpmdb.sqlite", "sqlite" },
    { "/usr/lib/sysimage/rpm", "Packages.db", "ndb" },
    { "/var/lib/rpm", "Packages.db", "ndb" },
    { "/var/lib/rpm", "Packages", "bdb_ro" },
};

static const struct database *
find_database (struct call *call)
{
    for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
        cleanup_free char *path = xasprintf ("%s/%s", databases[i].folder,
                                             databases[i].file);
        struct call trial = { .daemon = call->daemon };
        cleanup_fd int fd = open_regular (&trial, path, O_RDONLY, 0);

        error_clear (&trial.err);
        if (fd >= 0)
            return &databases[i];
    }
    return NULL;
}

/* Below the place where a file system in memory is mounted. */
#define PLACE "/tmp"

/* In mounts of our own: the folder is the root. */
static int
enter_overlay (struct call *call, const char *folder, struct error *err)
{
    struct daemon daemon = *call->daemon;
    struct call own = { .daemon = &daemon };
    cleanup_free char *options = NULL;
    cleanup_fd int fd = -1;

    daemon.sysroot_fd = -1;
    if (unshare (CLONE_NEWNS) < 0
        || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return fail (err, errno, "mounts of our own: %m");
    if (sysroot_refresh (&daemon, err) < 0)
        return -1;
    fd = sysroot_open (&own, folder, O_PATH | O_DIRECTORY, 0);
    close_fd (&daemon.sysroot_fd);
    if (fd < 0) {
        error_move (err, &own.err);
        return -1;
    }
    if (mount ("tmpfs", PLACE, "tmpfs", MS_NOSUID | MS_NODEV, "size=64m") < 0
        || mkdir (PLACE "/upper", 0700) < 0 || mkdir (PLACE "/work", 0700) < 0
        || mkdir (PLACE "/db", 0700) < 0)
        return fail (err, errno, PLACE ": %m");
    options = xasprintf ("lowerdir=/proc/self/fd/%d,upperdir=" PLACE "/upper,"
                         "workdir=" PLACE "/work", fd);
    if (mount ("overlay", PLACE "/db", "overlay",
               MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0)
        return fail (err, errno, "%s: overlay: %m", folder);
    if (chroot (PLACE "/db") < 0 || chdir ("/") < 0)
        return fail (err, errno, "%s: %m", folder);
    return 0;
}

static void
put (FILE *fp, const char *text, char end)
{
    for (; text && *text; text++)
        putc (*text == FIELD_END || *text == PACKAGE_END ? '?' : *text, fp);
    putc (end, fp);
}

/* In the order in which they are put. */
static const rpmTagVal tags[] = {
    RPMTAG_NAME,   RPMTAG_VERSION, RPMTAG_RELEASE,   RPMTAG_ARCH,
    RPMTAG_VENDOR, RPMTAG_URL,     RPMTAG_SOURCERPM, RPMTAG_SUMMARY,
};

static void
put_package (FILE *fp, const struct rpm *lib, Header h)
{
    uint64_t epoch = lib->headerGetNumber (h, RPMTAG_EPOCH);

    fprintf (fp, "%d%c", epoch > INT32_MAX ? 0 : (int) epoch, FIELD_END);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        put (fp, lib->headerGetString (h, tags[i]), FIELD_END);
    put (fp, ftell (fp) < DESCRIPTIONS_MAX
                 ? lib->headerGetString (h, RPMTAG_DESCRIPTION) : NULL,
         PACKAGE_END);
}

static char *
list_packages (const struct rpm *lib, struct error *err)
{
    rpmts ts = lib->rpmtsCreate ();
    rpmdbMatchIterator mi;
    char *text = NULL;
    size_t size;
    FILE *fp = open_memstream (&text, &size);
    bool fits = true;
    Header h;

    if (!fp)
        out_of_memory ();
    lib->rpmtsSetVSFlags (ts, RPMVSF_MASK_NODIGESTS | RPMVSF_MASK_NOSIGNATURES
                                  | RPMVSF_NOHDRCHK);
    mi = lib->rpmtsInitIterator (ts, RPMDBI_PACKAGES, NULL, 0);
    while (mi && fits && (h = lib->rpmdbNextIterator (mi))) {
        put_package (fp, lib, h);
        fits = ftell (fp) < ANSWER_LIMIT;
    }
    lib->rpmdbFreeIterator (mi);
    lib->rpmtsFree (ts);
    if (fclose (fp) != 0)
        out_of_memory ();
    if (!fits) {
        free (text);
        return fail_null (err, EMSGSIZE, "the list of packages is too large "
                          "for a message");
    }
    return text;
}

struct work {
    struct call *call;
    const struct database *database;
};

static char *
read_database (void *opaque, struct error *err)
{
    const struct work *work = opaque;
    const struct rpm *lib = load_rpm (err);
    cleanup_free char *backend = xasprintf ("_db_backend %s",
                                            work->database->backend);

    if (!lib)
        return NULL;
    alarm (WAIT_SECONDS);
    if (enter_overlay (work->call, work->database->folder, err) < 0)
        return NULL;
    lib->rpmlogSetMask (RPMLOG_UPTO (RPMLOG_ERR));
    lib->rpmDefineMacro (NULL, backend, 0);
    lib->rpmDefineMacro (NULL, "_dbpath /", 0);
    return list_packages (lib, err);
}

/* The text up to the next end of a field, which is taken off. */
static char *
take_field (char **text)
{
    const char ends[] = { FIELD_END, PACKAGE_END, '\0' };
    size_t n = strcspn (*text, ends);
    char *field = xstrndup (*text, n);

    *text += n + ((*text)[n] != '\0');
    return field;
}

/* "NAME-VERSION-RELEASE.src.rpm": the name stays. */
static void
cut_source (char *source)
{
    for (int i = 0; i < 2; i++) {
        char *hyphen = strrchr (source, '-');

        if (hyphen)
            *hyphen = '\0';
    }
}

static void
parse_package (char **text, wire_application2 *ret)
{
    char **const fields[] = {
        &ret->app2_name,      &ret->app2_version, &ret->app2_release,
        &ret->app2_arch,      &ret->app2_publisher, &ret->app2_url,
        &ret->app2_source_package, &ret->app2_summary,
        &ret->app2_description,
    };
    char **const unknown[] = {
        &ret->app2_display_name, &ret->app2_install_path,
        &ret->app2_trans_path,   &ret->app2_class,
        &ret->app2_spare2,       &ret->app2_spare3,
        &ret->app2_spare4,
    };
    cleanup_free char *epoch = take_field (text);

    ret->app2_epoch = (int) strtol (epoch, NULL, 10);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = take_field (text);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        *unknown[i] = xstrdup ("");
    cut_source (ret->app2_source_package);
}

static void
parse_answer (char *text, wire_application2_list *ret)
{
    u_int count = 0;

    for (const char *p = text; *p; p++)
        count += *p == PACKAGE_END;
    ret->wire_application2_list_val = xcalloc (count + 1,
                                               sizeof (wire_application2));
    for (u_int i = 0; i < count; i++)
        parse_package (&text, &ret->wire_application2_list_val[i]);
    ret->wire_application2_list_len = count;
}

int
do_internal_list_rpm_applications (struct call *call,
                                   wire_application2_list *ret)
{
    struct work work = { call, find_database (call) };
    cleanup_error struct error no_module = { 0 };
    cleanup_free char *answer = NULL;

    if (!work.database)
        return 0;
    module_load ("overlay", &no_module);
    answer = guarded_run (read_database, &work, SECONDS,
                          work.database->folder, &call->err);
    if (!answer)
        return -1;
    parse_answer (answer, ret);
    return 0;
}
