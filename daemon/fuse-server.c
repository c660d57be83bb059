/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems that are served by a program, with FUSE. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "find-program.h"
#include "fuse-jail.h"
#include "fuse-server.h"
#include "io.h"
#include "modules.h"

#define DEV_FUSE "/dev/fuse"

/* What every mount needs. */
#define FUSE_OPTIONS "fd=%d,rootmode=40000,user_id=0,group_id=0"

/* What a program exits with if it does not mount. */
struct exit_reason {
    int status, errnum;
    const char *text;
};

/* ntfs-3g.probe(8). */
static const struct exit_reason ntfs_reasons[] = {
    { 11, EINVAL, "these mount options are not understood" },
    { 12, EINVAL, "there is no NTFS file system" },
    { 13, EIO, "the file system is damaged" },
    { 14, EPERM, "Windows is hibernated, and would not know of changes "
                 "(mount it read-only)" },
    { 15, EPERM, "it was not unmounted cleanly (mount it read-only, or run "
                 "ntfsfix)" },
    { 16, EBUSY, "it is in use" },
    { 17, ENOTSUP, "it is part of a RAID or an LDM volume" },
    { 20, ENOMEM, "out of memory" },
    { 21, EINVAL, "FUSE refused (are the mount options right?)" },
};

static const struct fuse_program {
    const char *type;
    const char *program;
    const struct exit_reason *reasons;
    size_t reason_count;
} programs[] = {
#define NTFS "ntfs-3g", ntfs_reasons,                       \
             sizeof ntfs_reasons / sizeof *ntfs_reasons
    { "ntfs", NTFS },
    { "ntfs-3g", NTFS },
#undef NTFS
};

/* Nobody should look at a file system for longer before mounting it. */
#define START_SECONDS_MAX 60

/* The programs say why they fail in a few lines. */
#define MESSAGES_MAX (16 << 10)

/* One that runs. */
struct fuse_server {
    struct fuse_server *next;
    char *device;
    pid_t pid;
    int messages; /* what it says */
};

static const struct fuse_program *
find_type (const char *type)
{
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (strcmp (programs[i].type, type) == 0)
            return &programs[i];
    return NULL;
}

bool
fuse_has_type (const char *type)
{
    return find_type (type) != NULL;
}

bool
fuse_is_available (const char *type)
{
    cleanup_error struct error no_module = { 0 };
    const struct fuse_program *program = find_type (type);

    return program && has_program (program->program)
           && module_load ("fuse", &no_module) == 0;
}

/* A file of limited size for what the program says: it may go on talking
 * as long as it runs.
 */
static int
open_messages (struct error *err)
{
    cleanup_fd int fd = memfd_create ("messages",
                                      MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0 || ftruncate (fd, MESSAGES_MAX) < 0
        || fcntl (fd, F_ADD_SEALS, F_SEAL_GROW) < 0)
        return fail (err, errno, "memory for messages: %m");
    return steal_fd (&fd);
}

/* On stderr, where the library's log messages come from. */
static void
log_messages (const char *program, int messages)
{
    char text[MESSAGES_MAX + 1] = "";

    if (pread (messages, text, MESSAGES_MAX, 0) > 0 && *text)
        fprintf (stderr, "guestfsd: %s: %s%s", program, text,
                 string_ends_with (text, "\n") ? "" : "\n");
}

/* The descriptor of /dev/fuse that the program has opened, as one of ours:
 * it waits in mount(2), so it is among the first.
 */
static int
take_fuse_fd (int pidfd, dev_t fuse)
{
    for (int i = 3; i < 64; i++) {
        int fd = (int) syscall (SYS_pidfd_getfd, pidfd, i, 0);
        struct stat st;

        if (fd >= 0 && fstat (fd, &st) == 0 && S_ISCHR (st.st_mode)
            && st.st_rdev == fuse)
            return fd;
        close_fd (&fd);
    }
    errno = EBADF;
    return -1;
}

struct start {
    const struct fuse_jail *jail;
    const char *device, *where;
    unsigned long flags;
    pid_t pid;
    int pidfd, listener;
};

/* The options that the program mounts with: a page of its memory.  Whatever
 * else it does to it meanwhile, this copy is what counts.
 */
#define OPTIONS_MAX 4096

static int
read_options (pid_t pid, uint64_t address, char ret[OPTIONS_MAX])
{
    cleanup_free char *path = xasprintf ("/proc/%d/mem", pid);
    cleanup_fd int fd = open (path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : pread (fd, ret, OPTIONS_MAX - 1,
                                     (off_t) address);

    if (n < 0)
        return -1;
    ret[n] = '\0';
    return 0;
}

/* What becomes of them: some are handed on, some are ours to set, and any
 * other is one that the caller gave and nobody understands.
 */
static const struct {
    const char *prefix;
    bool hand_on;
} fuse_options[] = {
    { "default_permissions", true }, { "blksize=", true },
    { "allow_other", false },        { "fd=", false },
    { "rootmode=", false },          { "user_id=", false },
    { "group_id=", false },
};

/* Returns an errno. */
static int
add_option (struct strings *data, const char *option)
{
    for (size_t i = 0; i < sizeof fuse_options / sizeof *fuse_options; i++)
        if (string_starts_with (option, fuse_options[i].prefix)) {
            if (fuse_options[i].hand_on)
                strings_add (data, option);
            return 0;
        }
    return EINVAL;
}

static int
mount_with_fd (const struct start *s, int fuse, unsigned long flags,
               const char *options)
{
    cleanup_string_array char **asked_for = string_split (options, ',');
    cleanup_strings struct strings list = STRINGS_EMPTY;
    cleanup_free char *data = NULL;

    strings_add_format (&list, FUSE_OPTIONS ",allow_other", fuse);
    for (size_t i = 0; asked_for[i]; i++)
        if (*asked_for[i] && add_option (&list, asked_for[i]) != 0)
            return EINVAL;
    data = strings_join (&list, ",");
    return mount (s->device, s->where, "fuseblk", flags, data) < 0 ? errno
                                                                   : 0;
}

/* In place of the program.  Returns an errno. */
static int
mount_for_it (const struct start *s, const struct seccomp_data *request)
{
    cleanup_fd int fuse = take_fuse_fd (s->pidfd, s->jail->fuse);
    char options[OPTIONS_MAX];

    if (fuse < 0 || read_options (s->pid, request->args[4], options) < 0)
        return errno;
    /* It may have found that it can't write. */
    return mount_with_fd (s, fuse, s->flags | (request->args[3] & MS_RDONLY),
                          options);
}

/* Returns whether that was it; else the program is told, and will end. */
static bool
answer_request (const struct start *s)
{
    struct seccomp_notif request = { 0 };
    struct seccomp_notif_resp answer = { 0 };
    int errnum;

    if (ioctl (s->listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
        return false;
    errnum = mount_for_it (s, &request.data);
    answer.id = request.id;
    answer.error = -errnum;
    if (ioctl (s->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0)
        return errnum == 0;
    if (errnum == 0)
        umount2 (s->where, MNT_DETACH);
    return false;
}

/* Returns 1 once it is mounted, 0 if the program ends before. */
static int
wait_for_mount (const struct start *s, struct error *err)
{
    struct pollfd fds[] = {
        { .fd = s->pidfd, .events = POLLIN },
        { .fd = s->listener, .events = POLLIN },
    };

    for (;;) {
        int r = poll (fds, 2, START_SECONDS_MAX * 1000);

        if (r < 0 && errno != EINTR)
            return fail (err, errno, "poll: %m");
        if (r == 0)
            return fail (err, ETIMEDOUT, "%s is not done with it after %d "
                         "seconds: the file system may be damaged",
                         s->jail->argv[0], START_SECONDS_MAX);
        if (r > 0 && fds[0].revents)
            return 0;
        if (r > 0 && (fds[1].revents & POLLIN) && answer_request (s))
            return 1;
    }
}

static int
explain_exit (const struct fuse_program *p, int status, struct error *err)
{
    if (WIFSIGNALED (status))
        return fail (err, EIO, "%s: killed by signal %d (%s)", p->program,
                     WTERMSIG (status), strsignal (WTERMSIG (status)));
    for (size_t i = 0; i < p->reason_count; i++)
        if (p->reasons[i].status == WEXITSTATUS (status))
            return fail (err, p->reasons[i].errnum, "%s",
                         p->reasons[i].text);
    return fail (err, EIO, "%s: exited with status %d", p->program,
                 WEXITSTATUS (status));
}

/* Start the program, and stay until it has mounted. */
static int
run_until_mounted (struct start *s, const struct fuse_program *p,
                   struct error *err)
{
    int status = 0, r;

    if (fuse_jail_start (s->jail, &s->pid, &s->listener, err) < 0)
        return -1;
    s->pidfd = (int) syscall (SYS_pidfd_open, s->pid, 0);
    r = s->pidfd < 0 ? fail (err, errno, "pidfd_open: %m")
                     : wait_for_mount (s, err);
    close_fd (&s->pidfd);
    close_fd (&s->listener);
    if (r == 1)
        return 0;
    if (r < 0)
        kill (s->pid, SIGKILL);
    while (waitpid (s->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    log_messages (p->program, s->jail->messages);
    return r < 0 ? -1 : explain_exit (p, status, err);
}

static bool
is_write_protected (const char *device)
{
    cleanup_fd int fd = open (device, O_RDONLY | O_CLOEXEC);
    int readonly = 0;

    return fd >= 0 && ioctl (fd, BLKROGET, &readonly) == 0 && readonly;
}

static void
make_argv (struct strings *argv, const struct fuse_program *p,
           const struct mount_options *o, bool readonly)
{
    strings_add (argv, p->program);
    strings_add (argv, FUSE_JAIL_DISK);
    strings_add (argv, FUSE_JAIL_MOUNTPOINT);
    strings_add (argv, "-o");
    strings_add_format (argv, "no_detach%s%s%s%s", readonly ? ",ro" : "",
                        o->flags & MS_NOATIME ? ",noatime" : "",
                        o->data ? "," : "", o->data ? o->data : "");
    strings_add_take (argv, NULL);
}

/* The numbers of the disk and of FUSE. */
static int
find_devices (struct fuse_jail *jail, const char *device, struct error *err)
{
    struct stat disk, fuse;

    if (stat (device, &disk) < 0)
        return fail (err, errno, "%m");
    if (!S_ISBLK (disk.st_mode))
        return fail (err, ENOTBLK, "%m");
    if (module_load ("fuse", err) < 0)
        return -1;
    if (stat (DEV_FUSE, &fuse) < 0)
        return fail (err, errno, DEV_FUSE ": %m");
    jail->disk = disk.st_rdev;
    jail->fuse = fuse.st_rdev;
    return 0;
}

static void
add_server (struct daemon *daemon, const char *device, pid_t pid,
            int take_messages)
{
    struct fuse_server *server = xcalloc (1, sizeof *server);

    server->device = xstrdup (device);
    server->pid = pid;
    server->messages = take_messages;
    server->next = daemon->fuse_servers;
    daemon->fuse_servers = server;
}

static int
start_server (struct daemon *daemon, const struct fuse_program *p,
              const char *device, const char *where,
              const struct mount_options *o, struct error *err)
{
    bool readonly = (o->flags & MS_RDONLY) || is_write_protected (device);
    cleanup_strings struct strings argv = STRINGS_EMPTY;
    cleanup_fd int messages = open_messages (err);
    struct fuse_jail jail = { .messages = messages };
    struct start s = {
        .jail = &jail, .device = device, .where = where,
        .flags = o->flags | (readonly ? MS_RDONLY : 0),
        .pidfd = -1, .listener = -1,
    };

    if (messages < 0 || find_devices (&jail, device, err) < 0)
        return -1;
    make_argv (&argv, p, o, readonly);
    jail.argv = argv.item;
    if (run_until_mounted (&s, p, err) < 0)
        return -1;
    add_server (daemon, device, s.pid, steal_fd (&messages));
    return 0;
}

/* The file system is served already: the kernel finds it by its device, and
 * takes no notice of this descriptor.
 */
static int
mount_again (const char *device, const char *where, unsigned long flags,
             struct error *err)
{
    cleanup_fd int fuse = open (DEV_FUSE, O_RDWR | O_CLOEXEC);
    cleanup_free char *data = xasprintf (FUSE_OPTIONS, fuse);

    if (fuse < 0 || mount (device, where, "fuseblk", flags, data) < 0)
        return fail (err, errno, "%m");
    return 0;
}

static bool
is_served (const struct daemon *daemon, const char *device)
{
    for (const struct fuse_server *s = daemon->fuse_servers; s; s = s->next)
        if (strcmp (s->device, device) == 0)
            return true;
    return false;
}

int
fuse_mount (struct call *call, const char *device, const char *name,
            const char *where, const char *type,
            const struct mount_options *o)
{
    const struct fuse_program *p = find_type (type);
    int r;

    if (!has_program (p->program))
        return fail (&call->err, ENOTSUP, "%s: the appliance has no '%s' to "
                     "mount the file system '%s'", name, p->program, type);
    fuse_reap (call->daemon, true);
    r = is_served (call->daemon, device)
            ? mount_again (device, where, o->flags, &call->err)
            : start_server (call->daemon, p, device, where, o, &call->err);
    return r < 0 ? fail_context (&call->err, "%s: mounting as %s", name,
                                 type) : 0;
}

/* Is it mounted somewhere in our sight? */
static bool
is_mounted (const char *device)
{
    FILE *fp = setmntent ("/proc/self/mounts", "re");
    struct mntent *entry;
    bool found = false;

    while (fp && !found && (entry = getmntent (fp)))
        found = strcmp (entry->mnt_fsname, device) == 0;
    if (fp)
        endmntent (fp);
    return found;
}

/* Has it ended, or does so now? */
static bool
has_ended (const struct fuse_server *s, bool lazily)
{
    bool wait = !lazily && !is_mounted (s->device);
    int status = 0;
    pid_t r;

    while ((r = waitpid (s->pid, &status, wait ? 0 : WNOHANG)) < 0
           && errno == EINTR)
        continue;
    if (status != 0)
        log_messages (s->device, s->messages);
    return r != 0;
}

void
fuse_reap (struct daemon *daemon, bool lazily)
{
    struct fuse_server **p = &daemon->fuse_servers;

    while (*p) {
        struct fuse_server *s = *p;

        if (!has_ended (s, lazily)) {
            p = &s->next;
            continue;
        }
        *p = s->next;
        close_fd (&s->messages);
        free (s->device);
        free (s);
    }
}
