/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that run the guest's own programs. */

#include "config.h"

#include <errno.h>

#include "calls.h"
#include "command.h"
#include "guest-command.h"
#include "output.h"
#include "server.h"

static int
prepare (struct call *call, struct command *c, char *const *arguments)
{
    if (!arguments[0])
        return fail (&call->err, EINVAL,
                     "arguments must begin with the name of a program");
    for (size_t i = 0; arguments[i]; i++)
        strings_add (&c->argv, arguments[i]);
    return guest_command_prepare (call, c);
}

char *
do_command (struct call *call, char *const *arguments)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (prepare (call, &c, arguments) < 0
        || command_check (&c, &call->err) < 0)
        return NULL;
    return steal (&c.output);
}

char **
do_command_lines (struct call *call, char *const *arguments)
{
    cleanup_free char *output = do_command (call, arguments);

    return output ? string_split_lines (output) : NULL;
}

int
do_command_out (struct call *call, char *const *arguments)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (prepare (call, &c, arguments) < 0)
        return -1;
    return send_command_output (call, &c);
}

/* The guest's shell, as the first argument of a command. */
#define SHELL(command)                                              \
    (char *[]) { (char *) "/bin/sh", (char *) "-c", (char *) (command), NULL }

char *
do_sh (struct call *call, const char *command)
{
    return do_command (call, SHELL (command));
}

char **
do_sh_lines (struct call *call, const char *command)
{
    return do_command_lines (call, SHELL (command));
}

int
do_sh_out (struct call *call, const char *command)
{
    return do_command_out (call, SHELL (command));
}
