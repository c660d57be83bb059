/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of guestfs-confine.  The library writes it, so it is
 * trusted; mistakes are reported all the same.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "memory.h"
#include "string-list.h"

static const struct profile profiles[] = {
    { .name = "uml", .bits = FOR_UML, .has_memory = true,
      .runs_natively = true },
    { .name = "storage", .bits = FOR_STORAGE },
    { .name = "qemu", .bits = FOR_QEMU | FOR_STORAGE, .has_memory = true },
    { .name = "kvm", .bits = FOR_KVM | FOR_QEMU | FOR_STORAGE,
      .has_memory = true },
    { .name = "qemu-foreign", .bits = FOR_FOREIGN, .has_memory = true,
      .sees_host = true },
    { .name = "network", .bits = FOR_NETWORK, .has_network = true },
    { .name = "remote-storage", .bits = FOR_STORAGE | FOR_REMOTE,
      .has_network = true },
    { .name = "remote-storage-agent",
      .bits = FOR_STORAGE | FOR_REMOTE | FOR_AGENT, .has_network = true },
    { .name = NULL },
};

enum option_code {
    OPT_PROFILE = 256,
    OPT_CONTROL,
    OPT_WATCH,
    OPT_DAEMON,
    OPT_MEMORY,
    OPT_DISK,
    OPT_OVERLAY,
    OPT_PRELOAD,
    OPT_TEMPLATE_MEMORY,
    OPT_KEEP,
    OPT_LISTEN,
    OPT_FILE,
    OPT_GRACE,
    OPT_WITHOUT,
};

static const struct option options[] = {
    { "profile", required_argument, NULL, OPT_PROFILE },
    { "control", required_argument, NULL, OPT_CONTROL },
    { "watch", required_argument, NULL, OPT_WATCH },
    { "daemon", required_argument, NULL, OPT_DAEMON },
    { "memory", required_argument, NULL, OPT_MEMORY },
    { "disk", required_argument, NULL, OPT_DISK },
    { "overlay", required_argument, NULL, OPT_OVERLAY },
    { "preload", required_argument, NULL, OPT_PRELOAD },
    { "template-memory", required_argument, NULL, OPT_TEMPLATE_MEMORY },
    { "keep", required_argument, NULL, OPT_KEEP },
    { "listen", required_argument, NULL, OPT_LISTEN },
    { "file", required_argument, NULL, OPT_FILE },
    { "grace", required_argument, NULL, OPT_GRACE },
#ifdef CONFINE_CAN_BE_WEAKENED
    { "without", required_argument, NULL, OPT_WITHOUT },
#endif
    { NULL, 0, NULL, 0 },
};

static int
parse_profile (const char *name, const struct profile **ret, struct error *err)
{
    for (const struct profile *p = profiles; p->name; p++) {
        if (strcmp (p->name, name) == 0) {
            *ret = p;
            return 0;
        }
    }
    return fail (err, EINVAL, "--profile=%s: no such profile", name);
}

static int
parse_number (const char *s, uintmax_t limit, uintmax_t *ret,
              struct error *err)
{
    uintmax_t value;
    char *end;

    errno = 0;
    value = strtoumax (s, &end, 10);
    if (*s < '0' || *s > '9' || *end != '\0' || errno != 0 || value > limit)
        return fail (err, EINVAL, "\"%s\": not a number up to %ju", s, limit);
    *ret = value;
    return 0;
}

/* A descriptor that is open, and none of the standard ones. */
static int
parse_fd (const char *s, int *ret, struct error *err)
{
    uintmax_t value;

    if (parse_number (s, INT_MAX, &value, err) < 0)
        return -1;
    if (value <= STDERR_FILENO || fcntl ((int) value, F_GETFD) < 0)
        return fail (err, EBADF, "descriptor %s: not open, or below 3", s);
    *ret = (int) value;
    return 0;
}

/* "FD:ro" or "FD:rw". */
static int
parse_disk (struct plan *plan, const char *s, struct error *err)
{
    cleanup_string_array char **part = string_split (s, ':');
    struct disk disk = { .fd = -1 };

    if (string_array_length (part) != 2
        || (strcmp (part[1], "ro") != 0 && strcmp (part[1], "rw") != 0))
        return fail (err, EINVAL, "--disk=%s: not FD:ro or FD:rw", s);
    if (parse_fd (part[0], &disk.fd, err) < 0)
        return -1;
    disk.writable = strcmp (part[1], "rw") == 0;

    plan->disks = xreallocarray (plan->disks, plan->n_disks + 1,
                                 sizeof *plan->disks);
    plan->disks[plan->n_disks++] = disk;
    return 0;
}

/* "IMAGE:FILE": two disks. */
static int
parse_overlay (struct plan *plan, const char *s, struct error *err)
{
    cleanup_string_array char **part = string_split (s, ':');
    char *longer;
    int fd;

    if (string_array_length (part) != 2)
        return fail (err, EINVAL, "--overlay=%s: not IMAGE:FILE", s);
    if (parse_fd (part[0], &fd, err) < 0 || parse_fd (part[1], &fd, err) < 0)
        return -1;
    longer = xasprintf ("%s%s%s", plan->overlays ? plan->overlays : "",
                        plan->overlays ? "," : "", s);
    free (plan->overlays);
    plan->overlays = longer;
    return 0;
}

/* One more descriptor for a list of n. */
static int
parse_one_more (int **list, size_t *n, const char *s, struct error *err)
{
    int fd;

    if (parse_fd (s, &fd, err) < 0)
        return -1;
    *list = xreallocarray (*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = fd;
    return 0;
}

/* "PATH:INSIDE"; the first may have colons in it. */
static int
parse_file (struct plan *plan, const char *s, struct error *err)
{
    const char *colon = strrchr (s, ':');

    if (!colon || colon[1] != '/')
        return fail (err, EINVAL, "--file=%s: not PATH:/INSIDE", s);
    plan->files = xreallocarray (plan->files, plan->n_files + 1,
                                 sizeof *plan->files);
    plan->files[plan->n_files++] = (struct shown_file) {
        .path = xstrndup (s, (size_t) (colon - s)),
        .inside = colon + 1,
    };
    return 0;
}

static int
parse_grace (const char *s, int *ret, struct error *err)
{
    uintmax_t value;

    if (parse_number (s, GRACE_MAX, &value, err) < 0)
        return -1;
    *ret = (int) value;
    return 0;
}

static int
parse_option (struct plan *plan, int option, const char *value,
              struct error *err)
{
    switch (option) {
    case OPT_PROFILE:
        return parse_profile (value, &plan->profile, err);
    case OPT_CONTROL:
        return parse_fd (value, &plan->control, err);
    case OPT_WATCH:
        return parse_fd (value, &plan->watch, err);
    case OPT_DAEMON:
        plan->daemon = value;
        return 0;
    case OPT_MEMORY:
        return parse_number (value, UINT64_MAX, &plan->memory, err);
    case OPT_DISK:
        return parse_disk (plan, value, err);
    case OPT_OVERLAY:
        return parse_overlay (plan, value, err);
    case OPT_PRELOAD:
        plan->preload = value;
        return 0;
    case OPT_TEMPLATE_MEMORY:
        return parse_fd (value, &plan->template_memory, err);
    case OPT_KEEP:
        return parse_one_more (&plan->keep, &plan->n_keep, value, err);
    case OPT_LISTEN:
        return parse_one_more (&plan->listen, &plan->n_listen, value, err);
    case OPT_FILE:
        return parse_file (plan, value, err);
    case OPT_GRACE:
        return parse_grace (value, &plan->grace, err);
#ifdef CONFINE_CAN_BE_WEAKENED
    case OPT_WITHOUT:
        plan->without = value;
        return 0;
#endif
    default:
        return fail (err, EINVAL, "unknown option or missing value");
    }
}

/* The program must never get what the supervisor works with. */
static int
check_separate (const struct plan *plan, int fd, struct error *err)
{
    if (fd == plan->control || fd == plan->watch)
        return fail (err, EINVAL,
                     "descriptor %d is for the supervisor alone", fd);
    return 0;
}

static int
check_complete (const struct plan *plan, struct error *err)
{
    if (!plan->profile || plan->control < 0 || !plan->argv[0])
        return fail (err, EINVAL,
                     "--profile, --control and a program are needed");
    if (plan->profile->has_memory && plan->memory == 0)
        return fail (err, EINVAL, "--profile=%s: needs --memory",
                     plan->profile->name);
    if (plan->profile->runs_natively && !plan->daemon)
        return fail (err, EINVAL, "--profile=%s: needs --daemon",
                     plan->profile->name);
    for (size_t i = 0; i < plan->n_keep; i++) {
        if (check_separate (plan, plan->keep[i], err) < 0)
            return -1;
    }
    for (size_t i = 0; i < plan->n_disks; i++) {
        if (check_separate (plan, plan->disks[i].fd, err) < 0)
            return -1;
    }
    return 0;
}

int
plan_parse (struct plan *plan, int argc, char **argv, struct error *err)
{
    int option;

    *plan = (struct plan) { .control = -1, .watch = -1,
                            .template_memory = -1 };
    opterr = 0;
    while ((option = getopt_long (argc, argv, "+", options, NULL)) != -1) {
        if (parse_option (plan, option, optarg, err) < 0)
            return -1;
    }
    plan->argv = argv + optind;
    plan->uid = geteuid ();
    plan->gid = getegid ();
    return check_complete (plan, err);
}

void
plan_free (struct plan *plan)
{
    free (plan->disks);
    free (plan->keep);
    free (plan->listen);
    free (plan->overlays);
    for (size_t i = 0; i < plan->n_files; i++)
        free (plan->files[i].path);
    free (plan->files);
}

#ifdef CONFINE_CAN_BE_WEAKENED
bool
plan_has (const struct plan *plan, const char *mechanism)
{
    cleanup_string_array char **without
        = string_split (plan->without ? plan->without : "", ',');

    return !string_array_contains (without, mechanism);
}
#endif
