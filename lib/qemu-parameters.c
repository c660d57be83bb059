/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameters for QEMU that a program may not add (guestfs_config): with them
 * the appliance would not start, or not as the library expects it.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "qemu-parameters.h"

#define BOOTS "the library says what is booted"
#define SHOWS "the appliance has no display"
#define CONSOLE "the library reads the appliance's console"
#define MONITOR "the library is at QEMU's monitor"
#define STARTS "the library starts the appliance itself, or from a template"
#define ENDS "the library must see the end of the appliance"
#define CONFINES "the library confines QEMU itself"

static const struct {
    const char *name;    /* without the dashes, of which there may be two */
    const char *keyword; /* only if the value has this; NULL: always */
    const char *why;
} refused[] = {
    { "kernel", NULL, BOOTS "; LIBGUESTFS_KERNEL chooses a kernel" },
    { "initrd", NULL, BOOTS },
    { "append", NULL, BOOTS "; use set_append" },
    { "nographic", NULL, SHOWS },
    { "display", NULL, SHOWS },
    { "curses", NULL, SHOWS },
    { "sdl", NULL, SHOWS },
    { "spice", NULL, SHOWS },
    { "vnc", NULL, SHOWS },
    { "vga", NULL, SHOWS },
    { "std-vga", NULL, SHOWS },
    { "full-screen", NULL, SHOWS },
    { "serial", NULL, CONSOLE },
    { "monitor", NULL, MONITOR },
    { "mon", NULL, MONITOR },
    { "qmp", NULL, MONITOR },
    { "qmp-pretty", NULL, MONITOR },
    { "S", NULL, STARTS },
    { "incoming", NULL, STARTS },
    { "loadvm", NULL, STARTS },
    { "preconfig", NULL, STARTS },
    { "only-migratable", NULL, STARTS },
    { "daemonize", NULL, ENDS },
    { "no-shutdown", NULL, ENDS },
    { "action", NULL, ENDS },
    { "watchdog-action", NULL, ENDS },
    { "m", NULL, "use set_memsize" },
    { "mem-path", NULL, "the memory is the library's affair" },
    { "machine", "memory", "the memory is the library's affair" },
    { "M", "memory", "the memory is the library's affair" },
    { "sandbox", NULL, CONFINES },
    { "chroot", NULL, CONFINES },
    { "runas", NULL, CONFINES },
    { "run-with", NULL, CONFINES },
    { "add-fd", NULL, CONFINES },
};

int
qemu_parameter_check (const char *parameter, const char *value,
                      struct error *err)
{
    const char *name = parameter + strspn (parameter, "-");

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (strcmp (refused[i].name, name) == 0
            && (!refused[i].keyword
                || (value && strstr (value, refused[i].keyword))))
            return fail (err, EINVAL, "%s%s%s: this parameter can't be "
                         "added: %s", parameter, value ? " " : "",
                         value ? value : "", refused[i].why);
    return 0;
}
