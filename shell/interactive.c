/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A person at a terminal: prompt, history, line editing. */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "cleanup.h"
#include "colour.h"
#include "complete.h"
#include "inspect.h"
#include "interactive.h"
#include "interrupt.h"
#include "memory.h"
#include "prompt.h"
#include "remote.h"
#include "run.h"
#include "shell.h"
#include "string-list.h"

/* In the file; a person's commands of some months. */
#define HISTORY_LINES 5000

/* Lines that were typed since the start, for the file. */
static int new_lines;

static const char *
prompt (void)
{
    static char *decoded;

    if (!decoded) {
        const char *text = getenv ("GUESTFISH_PS1");

        decoded = text ? prompt_decode (text) : xstrdup ("><fs> ");
    }
    return decoded;
}

/* The signals that are let through while a key is waited for. */
static sigset_t while_waiting;

/* Ctrl-C at the prompt: the line is given up, as in other shells. */
static void
give_up_line (void)
{
    fputs ("^C\n", stderr);
    rl_replace_line ("", 1);
    rl_on_new_line ();
    rl_forced_update_display ();
}

/* In a search of the history and the like Ctrl-C is first what ends that. */
#define INNER_STATES \
    (RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG \
     | RL_STATE_MULTIKEY | RL_STATE_VIMOTION)

#define ABORT_KEY '\a' /* Ctrl-G */

static bool give_up_next;

/* SIGINT comes through here alone, so that it can't be missed between a
 * look for it and the wait for a key.
 */
static int
next_key (FILE *stream)
{
    struct pollfd p = { .fd = fileno (stream), .events = POLLIN };

    if (give_up_next)
        give_up_line ();
    give_up_next = false;
    while (ppoll (&p, 1, NULL, &while_waiting) < 0 && errno == EINTR) {
        rl_check_signals (); /* the window may have a new size */
        if (!interrupt_seen ())
            continue;
        if (RL_ISSTATE (INNER_STATES)) {
            give_up_next = true;
            return ABORT_KEY;
        }
        give_up_line ();
    }
    return rl_getc (stream);
}

static char *
edit_line (const char *text)
{
    sigset_t interrupt;
    char *line;

    sigemptyset (&interrupt);
    sigaddset (&interrupt, SIGINT);
    sigprocmask (SIG_BLOCK, &interrupt, &while_waiting);
    interrupt_seen ();
    interrupt_at_prompt (true);
    line = readline (text);
    interrupt_at_prompt (false);
    sigprocmask (SIG_SETMASK, &while_waiting, NULL);
    return line;
}

static char *
next_typed (struct input *in, bool continued)
{
    char *line = edit_line (continued ? "> " : prompt ());

    (void) in;
    if (!line) {
        putchar ('\n');
        return NULL;
    }
    if (!continued && *line) {
        add_history (line);
        new_lines++;
    }
    if (!continued)
        prompt_print ("GUESTFISH_OUTPUT");
    return line;
}

static char *
history_file (void)
{
    const char *home = getenv ("HOME");

    return home && *home ? xasprintf ("%s/.guestfish", home) : NULL;
}

/* Only what is new is appended, so that several sessions do not overwrite
 * what the others learnt.  Lines can hold secrets.
 */
static void
save_history (const char *file)
{
    mode_t before = umask (077);

    if (append_history (new_lines, file) != 0)
        write_history (file);
    umask (before);
    history_truncate_file (file, HISTORY_LINES);
}

/* A text in which what stands in quotes can be typed. */
static void
print_hint (const char *text)
{
    bool inside = false;

    for (; *text; text++) {
        if (*text == '\'' && inside)
            fputs (colour_end (stdout), stdout);
        putchar (*text);
        if (*text == '\'' && !inside)
            fputs (colour_begin (stdout, COLOUR_COMMAND), stdout);
        inside ^= *text == '\'';
    }
    putchar ('\n');
}

/* Nobody can mount or list anything before the first steps. */
static void
print_next_steps (struct shell *sh, bool launched)
{
    if (sh->remote_pid)
        printf ("What you type is carried out by process %d.\n",
                sh->remote_pid);
    else if (launched)
        print_hint ("The appliance runs.  Next: 'mountpoints' shows what is "
                    "mounted,\n'list-filesystems' what could be.");
    else if (sh->guest->drives.count > 0)
        print_hint ("Next: 'run' starts the appliance, 'list-filesystems' "
                    "shows what is on the\ndisk, and 'mount DEVICE /' mounts "
                    "it.  'guestfish -i' does all of this by itself.");
    else
        print_hint ("Next: 'add FILE' adds a disk image ('add-ro FILE' keeps "
                    "it unchanged),\n'run' starts the appliance.");
    if (!sh->remote_pid && sh->guest->drives.count > 0
        && !sh->guest->read_only)
        puts ("Changes are written to the disk at once: not while a virtual "
              "machine uses it!");
}

static void
greet (struct shell *sh)
{
    bool launched = guestfs_is_ready (sh->g) == 1;

    prompt_print ("GUESTFISH_INIT");
    puts ("\nWelcome to guestfish, the shell for the file systems of\n"
          "virtual machines and disk images.\n");
    print_next_steps (sh, launched);
    print_hint ("Type 'help' for help, 'quit' to leave.\n");
    if (launched && sh->guest->inspector) {
        guest_print_inspected (sh->g);
        putchar ('\n');
    }
}

int
interactive_run (struct shell *sh)
{
    struct input in = {
        .name = "terminal",
        .interactive = true,
        .next = next_typed,
    };
    cleanup_free char *file = history_file ();
    cleanup_error struct error err = { 0 };
    int r;

    if (sh->remote_pid && remote_check (sh->remote_pid, &err) < 0) {
        print_error (&err);
        return -1;
    }
    rl_readline_name = "guestfish";
    rl_variable_bind ("completion-ignore-case", "on");
    rl_getc_function = next_key;
    rl_catch_signals = 0;
    complete_init (sh);
    using_history ();
    if (file)
        read_history (file);
    interrupt_catch ();
    greet (sh);
    r = run_input (sh, &in);
    if (file && new_lines > 0)
        save_history (file);
    return r;
}
