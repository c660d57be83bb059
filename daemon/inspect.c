/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that inspect guests: what inspect_os found is kept, and told bit by
 * bit.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "calls.h"
#include "inspect.h"

static char **
roots_of (struct call *call)
{
    const struct inspection *in = call->daemon->inspection;
    cleanup_strings struct strings roots = STRINGS_EMPTY;

    for (size_t i = 0; in && i < in->systems; i++)
        strings_add (&roots, in->os[i].root);
    return strings_steal (&roots);
}

char **
do_inspect_os (struct call *call)
{
    return inspect_all (call) < 0 ? NULL : roots_of (call);
}

char **
do_inspect_get_roots (struct call *call)
{
    return roots_of (call);
}

static const struct os *
find_os (struct call *call, const struct mountable *root)
{
    const struct inspection *in = call->daemon->inspection;
    cleanup_free char *name = mountable_to_api (call->daemon, root);

    for (size_t i = 0; in && i < in->systems; i++)
        if (strcmp (in->os[i].root, name) == 0)
            return &in->os[i];
    return fail_null (&call->err, EINVAL, "%s: not the root of an operating "
                      "system that inspect_os has found%s", root->device,
                      in ? "" : ", which was not called yet");
}

static char *
or_unknown (const char *value)
{
    return xstrdup (value ? value : "unknown");
}

#define DEFINE_GET_STRING(member)                                            \
    char *do_inspect_get_##member (struct call *call,                        \
                                   const struct mountable *root)             \
    {                                                                        \
        const struct os *os = find_os (call, root);                          \
                                                                             \
        return os ? or_unknown (os->member) : NULL;                          \
    }

DEFINE_GET_STRING (type)
DEFINE_GET_STRING (distro)
DEFINE_GET_STRING (arch)
DEFINE_GET_STRING (product_name)
DEFINE_GET_STRING (product_variant)
DEFINE_GET_STRING (hostname)
DEFINE_GET_STRING (build_id)
DEFINE_GET_STRING (package_format)
DEFINE_GET_STRING (package_management)

int
do_inspect_get_major_version (struct call *call, const struct mountable *root)
{
    const struct os *os = find_os (call, root);

    return os ? os->major : -1;
}

int
do_inspect_get_minor_version (struct call *call, const struct mountable *root)
{
    const struct os *os = find_os (call, root);

    return os ? os->minor : -1;
}

static char **
copy (const struct strings *list)
{
    cleanup_strings struct strings result = STRINGS_EMPTY;

    for (size_t i = 0; i < list->count; i++)
        strings_add (&result, list->item[i]);
    return strings_steal (&result);
}

char **
do_inspect_get_mountpoints (struct call *call, const struct mountable *root)
{
    const struct os *os = find_os (call, root);

    return os ? copy (&os->mountpoints) : NULL;
}

char **
do_inspect_get_filesystems (struct call *call, const struct mountable *root)
{
    const struct os *os = find_os (call, root);

    return os ? copy (&os->filesystems) : NULL;
}

char **
do_inspect_get_drive_mappings (struct call *call,
                               const struct mountable *root)
{
    const struct os *os = find_os (call, root);

    return os ? copy (&os->windows.drives) : NULL;
}

/* What only some kinds of systems have, and programs rely on. */
static char *
or_fail (struct call *call, const struct mountable *root, const char *value,
         const char *what)
{
    if (!value)
        return fail_null (&call->err, EINVAL, "%s: not a Windows guest, or "
                          "its %s was not found", root->device, what);
    return xstrdup (value);
}

#define DEFINE_GET_WINDOWS(member, name, what)                               \
    char *do_inspect_get_windows_##name (struct call *call,                  \
                                         const struct mountable *root)       \
    {                                                                        \
        const struct os *os = find_os (call, root);                          \
                                                                             \
        if (!os)                                                             \
            return NULL;                                                     \
        return or_fail (call, root, os->windows.member, what);               \
    }

DEFINE_GET_WINDOWS (systemroot, systemroot, "systemroot")
DEFINE_GET_WINDOWS (software_hive, software_hive, "software hive")
DEFINE_GET_WINDOWS (system_hive, system_hive, "system hive")
DEFINE_GET_WINDOWS (control_set, current_control_set, "CurrentControlSet")

int
do_inspect_get_windows_group_policy (struct call *call,
                                     const struct mountable *root)
{
    const struct os *os = find_os (call, root);

    if (!os)
        return -1;
    if (!os->windows.systemroot)
        return fail (&call->err, EINVAL, "%s: not a Windows guest",
                     root->device);
    return os->windows.group_policy;
}

char *
do_inspect_get_format (struct call *call, const struct mountable *root)
{
    return find_os (call, root) ? xstrdup ("installed") : NULL;
}

static int
never (struct call *call, const struct mountable *root)
{
    return find_os (call, root) ? 0 : -1;
}

int
do_inspect_is_live (struct call *call, const struct mountable *root)
{
    return never (call, root);
}

int
do_inspect_is_netinst (struct call *call, const struct mountable *root)
{
    return never (call, root);
}

int
do_inspect_is_multipart (struct call *call, const struct mountable *root)
{
    return never (call, root);
}
