/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: the library, with a daemon that says whatever the input has.
 * The first byte chooses the call that is made; the rest is the daemon's
 * side of the conversation, all of it: replies, files in chunks, progress
 * messages, lists of structs, directories.
 */

#include "config.h"

#include <errno.h>

#include "appliance.h"
#include "fuzz.h"
#include "handle.h"

/* A transport that gives out the input, and then is closed. */
struct input {
    struct transport base;
    struct script script;
};

static ssize_t
input_read (struct transport *t, void *buffer, size_t size, struct error *err)
{
    struct script *script = &((struct input *) t)->script;
    size_t n = bytes_left (script);

    if (n == 0)
        return fail (err, EPIPE, "the input has ended");
    if (n > size)
        n = size;
    memcpy (buffer, script->p, n);
    script->p += n;
    return (ssize_t) n;
}

static ssize_t
input_write (struct transport *t, const void *buffer, size_t size,
             struct error *err)
{
    (void) t, (void) buffer, (void) err;
    return (ssize_t) size;
}

static bool
input_arm (struct transport *t, int want, int *fd, short *events)
{
    (void) t, (void) want, (void) fd, (void) events;
    return true;
}

static void
input_free (struct transport *t)
{
    free (t);
}

static const struct transport_ops input_ops = {
    .name = "input",
    .read = input_read,
    .write = input_write,
    .arm = input_arm,
    .free = input_free,
};

/* Each call: has it failed? */

static bool
call_ping (guestfs_h *g)
{
    return guestfs_ping_daemon (g) < 0;
}

static bool
call_readdir (guestfs_h *g)
{
    struct guestfs_dirent_list *list = guestfs_readdir (g, "/");
    bool failed = !list;

    for (uint32_t i = 0; list && i < list->len; i++)
        check (strlen (list->val[i].name) < 1 << 22);
    guestfs_free_dirent_list (list);
    return failed;
}

static bool
free_strings (char **list)
{
    bool failed = !list;

    for (size_t i = 0; list && list[i]; i++)
        free (list[i]);
    free (list);
    return failed;
}

static bool
call_ls (guestfs_h *g)
{
    return free_strings (guestfs_ls (g, "/"));
}

static bool
call_list_devices (guestfs_h *g)
{
    return free_strings (guestfs_list_devices (g));
}

static bool
call_blkid (guestfs_h *g)
{
    return free_strings (guestfs_blkid (g, "/dev/sda"));
}

static bool
call_read_file (guestfs_h *g)
{
    size_t size;
    char *content = guestfs_read_file (g, "/file", &size);
    bool failed = !content;

    check (!content || content[size] == '\0');
    free (content);
    return failed;
}

static bool
call_pread (guestfs_h *g)
{
    size_t size;
    char *content = guestfs_pread (g, "/file", 10, 0, &size);
    bool failed = !content;

    free (content);
    return failed;
}

static bool
call_upload (guestfs_h *g)
{
    return guestfs_upload (g, "/proc/self/exe", "/file") < 0;
}

static bool
call_download (guestfs_h *g)
{
    return guestfs_download (g, "/file", "/dev/null") < 0;
}

static bool
call_lvs (guestfs_h *g)
{
    struct guestfs_lvm_lv_list *list = guestfs_lvs_full (g);
    bool failed = !list;

    guestfs_free_lvm_lv_list (list);
    return failed;
}

static bool
call_statns (guestfs_h *g)
{
    struct guestfs_statns *st = guestfs_statns (g, "/file");
    bool failed = !st;

    guestfs_free_statns (st);
    return failed;
}

static bool
call_lxattrlist (guestfs_h *g)
{
    char *names[] = { (char *) "a", (char *) "b", NULL };
    struct guestfs_xattr_list *list = guestfs_lxattrlist (g, "/", names);
    bool failed = !list;

    guestfs_free_xattr_list (list);
    return failed;
}

static bool
call_lstatnslist (guestfs_h *g)
{
    char *names[] = { (char *) "a", (char *) "b", NULL };
    struct guestfs_statns_list *list = guestfs_lstatnslist (g, "/", names);
    bool failed = !list;

    guestfs_free_statns_list (list);
    return failed;
}

/* In the order of their numbers in the corpus (make-corpora.py). */
static bool (*const calls[]) (guestfs_h *g) = {
    call_ping,       call_readdir,  call_ls,     call_list_devices,
    call_blkid,      call_read_file, call_pread, call_upload,
    call_download,   call_lvs,      call_statns, call_lxattrlist,
    call_lstatnslist,
};

static guestfs_h *
handle_with_input (const struct script *script)
{
    guestfs_h *g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT
                                         | GUESTFS_CREATE_NO_CLOSE_ON_EXIT);
    struct input *in = xcalloc (1, sizeof *in);

    check (g);
    *in = (struct input) { { &input_ops }, *script };
    guestfs_set_error_handler (g, NULL, NULL);
    g->autosync = false;
    g->appliance = appliance_new ();
    g->appliance->transport = &in->base;
    g->state = STATE_READY;
    return g;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct script script = { data, data + size };
    uint8_t number = next_byte (&script);
    guestfs_h *g = handle_with_input (&script);
    bool failed = calls[number % (sizeof calls / sizeof *calls)](g);

    check (failed == (guestfs_last_error (g) != NULL));
    check (g->state == STATE_READY || (failed && g->state == STATE_CONFIG));
    guestfs_close (g);
    return 0;
}
