/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a QEMU can do: its version, and the rest through QMP (QEMU,
 * docs/interop/qemu-qmp-ref).
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "command.h"
#include "json.h"
#include "qemu-features.h"

/* Older ones lack options that we use: -netdev dgram is the youngest. */
#define OLDEST_MAJOR 7
#define OLDEST_MINOR 2

/* How long it may take to answer, in seconds, as timeout (1) has it; and
 * what that exits with if it takes longer.
 */
#define PATIENCE "20"
#define STATUS_TOO_SLOW 124

/* What it is asked; those that have a member answer with a list. */
enum question {
    TARGET,
    OPTIONS,
    CAPABILITIES,
    ACCELERATORS,
    DEVICES,
};

static const struct {
    const char *command, *implements, *member;
} questions[] = {
    [TARGET] = { "query-target", NULL, NULL },
    [OPTIONS] = { "query-command-line-options", NULL, "option" },
    [CAPABILITIES] = { "query-migrate-capabilities", NULL, "capability" },
    [ACCELERATORS] = { "qom-list-types", "accel", "name" },
    [DEVICES] = { "qom-list-types", "device", "name" },
};

#define N_QUESTIONS (sizeof questions / sizeof questions[0])

static const struct {
    enum question question;
    const char *name;
    bool needed;
} features[] = {
    [QEMU_SANDBOX] = { OPTIONS, "sandbox", false },
    [QEMU_KVM] = { ACCELERATORS, "kvm-accel", false },
    [QEMU_TCG] = { ACCELERATORS, "tcg-accel", false },
    [QEMU_TEMPLATES] = { CAPABILITIES, "x-ignore-shared", false },
    [QEMU_DISK_BUS] = { DEVICES, "virtio-scsi-pci", true },
    [QEMU_DISK] = { DEVICES, "scsi-hd", true },
    [QEMU_ROOT_DISK] = { DEVICES, "virtio-blk-pci", true },
    [QEMU_CHANNEL_BUS] = { DEVICES, "virtio-serial-pci", true },
    [QEMU_CHANNEL] = { DEVICES, "virtserialport", true },
    [QEMU_NETWORK_CARD] = { DEVICES, "virtio-net-pci", true },
};

void
qemu_features_free (struct qemu_features *f)
{
    free (f->version);
    free (f->target);
    *f = (struct qemu_features) { 0 };
}

/* A script that hangs must not hang us. */
static void
begin_command (struct command *c, const char *path)
{
    command_add (c, "timeout", "--kill-after=1", PATIENCE, path, NULL);
}

/* What it says instead of an answer, if that is the reason. */
static int
no_answer (const struct command *c, const char *path, const char *asked,
           struct error *err)
{
    const char *text = *c->errors ? c->errors : c->output;

    if (c->status == STATUS_TOO_SLOW)
        return fail (err, ETIMEDOUT, "%s: asked %s, it did not answer for "
                     PATIENCE " seconds: is it QEMU?", path, asked);
    return fail (err, ENOEXEC, "%s: this is not QEMU: asked %s, it exits "
                 "with status %d and prints %s%.1000s", path, asked,
                 c->status, *text ? "" : "nothing", text);
}

static char *
ask_version (const char *path, struct error *err)
{
    static const char before[] = "QEMU emulator version ";
    cleanup_command struct command c = COMMAND_NONE;
    const char *version;

    begin_command (&c, path);
    command_add (&c, "--version", NULL);
    if (command_run (&c, err) < 0)
        return NULL;
    version = c.status == 0 ? strstr (c.output, before) : NULL;
    if (!version) {
        no_answer (&c, path, "for its version", err);
        return NULL;
    }
    version += strlen (before);
    return xstrndup (version, strspn (version, "0123456789."));
}

static int
check_version (const char *path, const char *version, struct error *err)
{
    int major, minor;

    if (sscanf (version, "%d.%d", &major, &minor) != 2)
        return fail (err, EPROTO, "%s: it has a strange version, '%s'", path,
                     version);
    if (major > OLDEST_MAJOR
        || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR))
        return 0;
    return fail (err, ENOTSUP, "%s: this is QEMU %s; at least QEMU %d.%d is "
                 "needed", path, version, OLDEST_MAJOR, OLDEST_MINOR);
}

/* A command of QMP on a line; its answer has the same number. */
static void
put_command (FILE *fp, size_t number, const char *name,
             const char *implements)
{
    cleanup_json json_t *command = json_made (
        json_pack ("{s:s, s:I}", "execute", name, "id", (json_int_t) number));
    cleanup_free char *text = NULL;

    if (implements)
        json_add (command, json_made (json_pack ("{s:{s:s}}", "arguments",
                                                 "implements", implements)));
    text = json_text (command);
    fprintf (fp, "%s\n", text);
}

static char *
make_input (void)
{
    char *input = NULL;
    size_t size;
    FILE *fp = open_memstream (&input, &size);

    if (!fp)
        out_of_memory ();
    put_command (fp, N_QUESTIONS, "qmp_capabilities", NULL);
    for (size_t i = 0; i < N_QUESTIONS; i++)
        put_command (fp, i, questions[i].command, questions[i].implements);
    put_command (fp, N_QUESTIONS, "quit", NULL);
    if (fclose (fp) != 0)
        out_of_memory ();
    return input;
}

/* Does one of a list's objects have that name? */
static bool
is_listed (const json_t *list, const char *member, const char *name)
{
    size_t i;
    json_t *object;

    json_array_foreach (list, i, object) {
        const char *value = json_string_value (json_object_get (object,
                                                                member));

        if (value && strcmp (value, name) == 0)
            return true;
    }
    return false;
}

static void
take_list (enum question question, const json_t *list,
           struct qemu_features *f)
{
    for (size_t i = 0; i < N_QEMU_FEATURES; i++)
        if (features[i].question == question)
            f->has[i] = is_listed (list, questions[question].member,
                                   features[i].name);
}

/* A line of what it prints; *answered has a bit for each question.  Others
 * are greetings, events, and what a script says.
 */
static int
take_line (const char *path, const char *line, struct qemu_features *f,
           unsigned *answered, struct error *err)
{
    cleanup_json json_t *answer = json_loads (line, 0, NULL);
    json_t *id = json_object_get (answer, "id");
    size_t number = json_is_integer (id) ? (size_t) json_integer_value (id)
                                         : N_QUESTIONS;
    json_t *result = json_object_get (answer, "return");
    const char *target = json_string_value (json_object_get (result,
                                                             "arch"));

    if (number >= N_QUESTIONS)
        return 0;
    if (!result || (number == TARGET ? !target : !json_is_array (result)))
        return fail (err, EPROTO, "%s: to %s, it answers: %.1000s", path,
                     questions[number].command, line);
    if (number == TARGET && !f->target)
        f->target = xstrdup (target);
    else if (number != TARGET)
        take_list ((enum question) number, result, f);
    *answered |= 1u << number;
    return 0;
}

static int
take_answers (const struct command *c, const char *path,
              struct qemu_features *f, struct error *err)
{
    cleanup_string_array char **lines = string_split_lines (c->output);
    unsigned answered = 0;

    for (size_t i = 0; lines[i]; i++)
        if (take_line (path, lines[i], f, &answered, err) < 0)
            return -1;
    if (answered == (1u << N_QUESTIONS) - 1)
        return 0;
    return no_answer (c, path, "through QMP what it can do", err);
}

/* Nothing runs in the machine: it is the one that appliances get because
 * scripts may have options for it.
 */
static int
ask_rest (const char *path, bool sandbox, struct qemu_features *f,
          struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_free char *input = make_input ();

    begin_command (&c, path);
    if (sandbox)
        command_add (&c, "-sandbox", "on", NULL);
    command_add (&c, "-no-user-config", "-nodefaults", "-display", "none",
                 "-S", "-machine", "q35,accel=tcg:kvm", "-qmp", "stdio",
                 NULL);
    c.input = input;
    c.input_size = strlen (input);
    if (command_run (&c, err) < 0)
        return fail_context (err, "%s", path);
    return take_answers (&c, path, f, err);
}

/* Without its sandbox, which was built in, if it does not work: a container
 * may forbid that.
 */
static int
ask_without_sandbox (const char *path, struct qemu_features *f,
                     struct error *err)
{
    if (err->errnum == ETIMEDOUT)
        return -1;
    error_clear (err);
    if (ask_rest (path, false, f, err) < 0)
        return -1;
    f->fleeting = f->has[QEMU_SANDBOX];
    f->has[QEMU_SANDBOX] = false;
    return 0;
}

int
qemu_features_ask (const char *path, struct qemu_features *ret,
                   struct error *err)
{
    cleanup_qemu_features struct qemu_features f = { 0 };

    f.version = ask_version (path, err);
    if (!f.version || check_version (path, f.version, err) < 0
        || (ask_rest (path, true, &f, err) < 0
            && ask_without_sandbox (path, &f, err) < 0))
        return -1;
    *ret = f;
    f = (struct qemu_features) { 0 };
    return 0;
}

int
qemu_features_check (const char *path, const struct qemu_features *f,
                     struct error *err)
{
    struct utsname host;

    if (check_version (path, f->version, err) < 0)
        return -1;
    if (uname (&host) < 0)
        return fail (err, errno, "uname: %m");
    if (strcmp (f->target, host.machine) != 0)
        return fail (err, ENOTSUP, "%s: it emulates %s, and the appliance is "
                     "made of this host's %s", path, f->target,
                     host.machine);
    for (size_t i = 0; i < N_QEMU_FEATURES; i++)
        if (features[i].needed && !f->has[i])
            return fail (err, ENOTSUP, "%s: this QEMU was built without %s, "
                         "which the appliance needs", path,
                         features[i].name);
    return 0;
}

char *
qemu_features_write (const struct qemu_features *f)
{
    cleanup_strings struct strings lines = STRINGS_EMPTY;

    strings_add (&lines, f->version);
    strings_add (&lines, f->target);
    for (size_t i = 0; i < N_QEMU_FEATURES; i++)
        if (f->has[i])
            strings_add (&lines, features[i].name);
    return strings_join (&lines, "\n");
}

int
qemu_features_read (const char *text, struct qemu_features *ret)
{
    cleanup_string_array char **lines = string_split_lines (text);

    if (string_array_length (lines) < 2)
        return -1;
    *ret = (struct qemu_features) {
        .version = xstrdup (lines[0]),
        .target = xstrdup (lines[1]),
    };
    for (size_t i = 0; i < N_QEMU_FEATURES; i++)
        ret->has[i] = string_array_contains (lines + 2, features[i].name);
    return 0;
}
