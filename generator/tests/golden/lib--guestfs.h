/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libguestfs: open the disk images of virtual machines.
 *
 * Generated from the description in api/.  The manual is guestfs(3).
 */
#ifndef GUESTFS_H_
#define GUESTFS_H_

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined (__GNUC__)
#define GUESTFS_DEPRECATED __attribute__ ((__deprecated__))
#define GUESTFS_DEPRECATED_BY(s) __attribute__ ((__deprecated__ (s)))
#else
#define GUESTFS_DEPRECATED
#define GUESTFS_DEPRECATED_BY(s)
#endif

/* Define GUESTFS_NO_DEPRECATED for an error, GUESTFS_WARN_DEPRECATED for a
 * warning where a deprecated call is used; without them there is silence.
 */
#if defined (GUESTFS_WARN_DEPRECATED) && GUESTFS_WARN_DEPRECATED
#define GUESTFS_DEPRECATED_NO_REPLACEMENT GUESTFS_DEPRECATED
#define GUESTFS_DEPRECATED_REPLACED_BY(s) GUESTFS_DEPRECATED_BY ("use " s)
#else
#define GUESTFS_DEPRECATED_NO_REPLACEMENT
#define GUESTFS_DEPRECATED_REPLACED_BY(s)
#endif

/* A handle: one appliance with its drives.  Its calls may be made from
 * several threads: they take turns.
 */
typedef struct guestfs_h guestfs_h;

/* Making and ending a handle. */

/* Do not read LIBGUESTFS_* variables of the environment. */
#define GUESTFS_CREATE_NO_ENVIRONMENT (1U << 0)
/* Do not close the handle by itself when the program exits. */
#define GUESTFS_CREATE_NO_CLOSE_ON_EXIT (1U << 1)

/* A new handle, or NULL if there is no memory or the environment holds
 * nonsense (the reason goes to stderr).
 */
extern guestfs_h *guestfs_create (void);
extern guestfs_h *guestfs_create_flags (unsigned flags, ...);

/* Shut the appliance down and free everything; drives that were written
 * are synced unless autosync is off.
 */
extern void guestfs_close (guestfs_h *g);

/* Errors. */

/* The message and the errno (0: none is known) of the last call that
 * failed.  The message belongs to the handle and is good until the next
 * call; NULL if no call failed.
 */
extern const char *guestfs_last_error (guestfs_h *g);
extern int guestfs_last_errno (guestfs_h *g);

/* Called with the message whenever a call fails.  The first one prints on
 * stderr; NULL is silence.
 */
typedef void (*guestfs_error_handler_cb) (guestfs_h *g, void *opaque,
                                          const char *msg);
extern void guestfs_set_error_handler (guestfs_h *g,
                                       guestfs_error_handler_cb cb,
                                       void *opaque);
extern guestfs_error_handler_cb
guestfs_get_error_handler (guestfs_h *g, void **opaque_rtn);
extern void guestfs_push_error_handler (guestfs_h *g,
                                        guestfs_error_handler_cb cb,
                                        void *opaque);
extern void guestfs_pop_error_handler (guestfs_h *g);

/* Called when there is no memory; must not return.  The first is abort. */
typedef void (*guestfs_abort_cb) (void);
extern void guestfs_set_out_of_memory_handler (guestfs_h *g,
                                               guestfs_abort_cb cb);
extern guestfs_abort_cb guestfs_get_out_of_memory_handler (guestfs_h *g);

/* Events. */

/* the handle is about to be closed */
#define GUESTFS_EVENT_CLOSE 0x0001
/* the appliance has ended, asked for or not */
#define GUESTFS_EVENT_SUBPROCESS_QUIT 0x0002
/* the appliance is ready */
#define GUESTFS_EVENT_LAUNCH_DONE 0x0004
/* a long call moves on; array: procedure, serial, position, total */
#define GUESTFS_EVENT_PROGRESS 0x0008
/* the appliance wrote on its console; buffer: the bytes */
#define GUESTFS_EVENT_APPLIANCE 0x0010
/* the library has something to say; buffer: the message */
#define GUESTFS_EVENT_LIBRARY 0x0020
/* a call begins or ends, while tracing; buffer: its text */
#define GUESTFS_EVENT_TRACE 0x0040
/* a call begins; buffer: its name */
#define GUESTFS_EVENT_ENTER 0x0080
/* libvirt asks for credentials; buffer: the URI */
#define GUESTFS_EVENT_LIBVIRT_AUTH 0x0100
/* something may be wrong; buffer: the message */
#define GUESTFS_EVENT_WARNING 0x0200
#define GUESTFS_EVENT_ALL 0x03ff

typedef void (*guestfs_event_callback) (guestfs_h *g, void *opaque,
                                        uint64_t event, int event_handle,
                                        int flags, const char *buf,
                                        size_t buf_len, const uint64_t *array,
                                        size_t array_len);

/* Call cb for every event whose bit is in the mask.  flags is 0.  Returns
 * an event handle, or -1.
 */
extern int guestfs_set_event_callback (guestfs_h *g,
                                       guestfs_event_callback cb,
                                       uint64_t event_bitmask, int flags,
                                       void *opaque);
extern void guestfs_delete_event_callback (guestfs_h *g, int event_handle);

/* The names of the events in a mask, with commas, or "" for none; the
 * caller frees the string.
 */
extern char *guestfs_event_to_string (uint64_t event);

/* Events as they once were: one callback of each kind for a handle. */

typedef void (*guestfs_log_message_cb) (guestfs_h *g, void *opaque,
                                        char *buf, int len);
typedef void (*guestfs_subprocess_quit_cb) (guestfs_h *g, void *opaque);
typedef void (*guestfs_launch_done_cb) (guestfs_h *g, void *opaque);
typedef void (*guestfs_close_cb) (guestfs_h *g, void *opaque);
typedef void (*guestfs_progress_cb) (guestfs_h *g, void *opaque, int proc_nr,
                                     int serial, uint64_t position,
                                     uint64_t total);

extern void
guestfs_set_log_message_callback (guestfs_h *g, guestfs_log_message_cb cb,
    void *opaque) GUESTFS_DEPRECATED_REPLACED_BY ("set_event_callback");
extern void
guestfs_set_subprocess_quit_callback (guestfs_h *g, guestfs_subprocess_quit_cb cb,
    void *opaque) GUESTFS_DEPRECATED_REPLACED_BY ("set_event_callback");
extern void
guestfs_set_launch_done_callback (guestfs_h *g, guestfs_launch_done_cb cb,
    void *opaque) GUESTFS_DEPRECATED_REPLACED_BY ("set_event_callback");
extern void
guestfs_set_close_callback (guestfs_h *g, guestfs_close_cb cb,
    void *opaque) GUESTFS_DEPRECATED_REPLACED_BY ("set_event_callback");
extern void
guestfs_set_progress_callback (guestfs_h *g, guestfs_progress_cb cb,
    void *opaque) GUESTFS_DEPRECATED_REPLACED_BY ("set_event_callback");

/* Private data: whatever a program wants to find again by a name. */

extern void guestfs_set_private (guestfs_h *g, const char *key, void *data);
extern void *guestfs_get_private (guestfs_h *g, const char *key);
extern void *guestfs_first_private (guestfs_h *g, const char **key_rtn);
extern void *guestfs_next_private (guestfs_h *g, const char **key_rtn);

/* Structs.  Whoever is given one frees it. */

struct guestfs_point {
    int32_t x;
    uint64_t y;
    char *name;
    /* The next is no string: it has no NUL at its end. */
    char id[32];
    /* The next two are how many bytes there are, and the bytes. */
    uint32_t blob_len;
    char *blob;
    char mark;
    /* A percentage, or negative if there is none. */
    float part;
};

struct guestfs_point_list {
    uint32_t len;
    struct guestfs_point *val;
};

extern int
guestfs_compare_point (const struct guestfs_point *,
    const struct guestfs_point *);
extern int
guestfs_compare_point_list (const struct guestfs_point_list *,
    const struct guestfs_point_list *);
extern struct guestfs_point *
guestfs_copy_point (const struct guestfs_point *);
extern struct guestfs_point_list *
guestfs_copy_point_list (const struct guestfs_point_list *);
extern void guestfs_free_point (struct guestfs_point *);
extern void guestfs_free_point_list (struct guestfs_point_list *);

/* Calls.  Those that return a pointer return NULL on failure, the others
 * -1.  What is returned belongs to the caller, if it is not const.
 */

/* fetch: fetch a file (since 1.0).
 *
 * `path` `target`
 */
#define GUESTFS_HAVE_FETCH 1
#define LIBGUESTFS_HAVE_FETCH 1
int guestfs_fetch (guestfs_h *g, const char *path, const char *target);

/* later (since 1.6): not implemented yet. */
#define GUESTFS_HAVE_LATER 1
#define LIBGUESTFS_HAVE_LATER 1
char *guestfs_later (guestfs_h *g, const char *path, size_t *size_r);

/* mkdisk: make a disk (since 1.0).
 *
 * `kind` `size`
 */
#define GUESTFS_HAVE_MKDISK 1
#define LIBGUESTFS_HAVE_MKDISK 1
#define GUESTFS_MKDISK_OPTS_SIZE 0
#define GUESTFS_MKDISK_OPTS_SIZE_BITMASK \
    (UINT64_C (1) << 0)
struct guestfs_mkdisk_opts_argv {
    uint64_t bitmask; /* which of the fields count */
    int size;
};
int guestfs_mkdisk (guestfs_h *g, const char *kind);

#define GUESTFS_HAVE_MKDISK_OPTS 1
#define LIBGUESTFS_HAVE_MKDISK_OPTS 1
int guestfs_mkdisk_opts (guestfs_h *g, const char *kind, ...);
int guestfs_mkdisk_opts_va (guestfs_h *g, const char *kind, va_list args);
int guestfs_mkdisk_opts_argv (guestfs_h *g, const char *kind,
                              const struct guestfs_mkdisk_opts_argv *optargs);

/* names: names by content (since 1.4).
 *
 * `content`
 */
#define GUESTFS_HAVE_NAMES 1
#define LIBGUESTFS_HAVE_NAMES 1
char **guestfs_names (guestfs_h *g, const char *content, size_t content_size)
    GUESTFS_DEPRECATED_REPLACED_BY ("points");

/* open_all: take one argument of each kind (since 1.0).
 *
 * Takes `s`, `p`, `d`, `m`, `dp`, `mp`, `f`, `u`, `k`, `o`, `b`, `flag`,
 * `i`, `j`, `list` and `devices`. See [ping].
 */
#define GUESTFS_HAVE_OPEN_ALL 1
#define LIBGUESTFS_HAVE_OPEN_ALL 1
int guestfs_open_all (guestfs_h *g, const char *s, const char *p,
                      const char *d, const char *m, const char *dp,
                      const char *mp, const char *f, const char *u,
                      const char *k, const char *o, const char *b,
                      size_t b_size, int flag, int i, int64_t j,
                      char *const *list, char *const *devices);

/* ping: do nothing (since 1.0).
 *
 * Waits for the daemon.
 */
#define GUESTFS_HAVE_PING 1
#define LIBGUESTFS_HAVE_PING 1
int guestfs_ping (guestfs_h *g);

/* points: all points (since 1.4).
 *
 * Returns them.
 */
#define GUESTFS_HAVE_POINTS 1
#define LIBGUESTFS_HAVE_POINTS 1
struct guestfs_point_list *guestfs_points (guestfs_h *g);

/* send: send a file (since 1.0).
 *
 * `source` `path`
 */
#define GUESTFS_HAVE_SEND 1
#define LIBGUESTFS_HAVE_SEND 1
int guestfs_send (guestfs_h *g, const char *source, const char *path);

/* setting: a setting of the library (since 1.0).
 *
 * Returns it.
 */
#define GUESTFS_HAVE_SETTING 1
#define LIBGUESTFS_HAVE_SETTING 1
const char *guestfs_setting (guestfs_h *g);

/* tune: change a device (since 1.2).
 *
 * `device` `quick` `level` `size` `label` `names`
 */
#define GUESTFS_HAVE_TUNE 1
#define LIBGUESTFS_HAVE_TUNE 1
#define GUESTFS_TUNE_QUICK 0
#define GUESTFS_TUNE_QUICK_BITMASK \
    (UINT64_C (1) << 0)
#define GUESTFS_TUNE_LEVEL 1
#define GUESTFS_TUNE_LEVEL_BITMASK \
    (UINT64_C (1) << 1)
#define GUESTFS_TUNE_SIZE 2
#define GUESTFS_TUNE_SIZE_BITMASK \
    (UINT64_C (1) << 2)
#define GUESTFS_TUNE_LABEL 3
#define GUESTFS_TUNE_LABEL_BITMASK \
    (UINT64_C (1) << 3)
#define GUESTFS_TUNE_NAMES 4
#define GUESTFS_TUNE_NAMES_BITMASK \
    (UINT64_C (1) << 4)
struct guestfs_tune_argv {
    uint64_t bitmask; /* which of the fields count */
    int quick;
    int level;
    int64_t size;
    const char *label;
    char *const *names;
};
int guestfs_tune (guestfs_h *g, const char *device, ...);
int guestfs_tune_va (guestfs_h *g, const char *device, va_list args);
int guestfs_tune_argv (guestfs_h *g, const char *device,
                       const struct guestfs_tune_argv *optargs);

#ifdef GUESTFS_PRIVATE
/* For the tests and programs of the project alone. */
#endif /* GUESTFS_PRIVATE */

#ifdef __cplusplus
}
#endif

#endif /* GUESTFS_H_ */
