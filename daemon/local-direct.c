/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: large reads and writes go past the page
 * cache (O_DIRECT), whose new pages cost User Mode Linux more than copying
 * the data.  The host's kernel has read ahead and collected what was written
 * already, and keeps the data in its own cache.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "local.h"

/* No file system wants more for memory, offset and size. */
#define ALIGNMENT 4096

/* From this size on it is worth it; and FUSE has no larger ones. */
#define DIRECT_MIN (64u << 10)
#define DIRECT_MAX (1u << 20)

static bool
is_worth_it (size_t size, off_t offset)
{
    return size >= DIRECT_MIN && size <= DIRECT_MAX && size % ALIGNMENT == 0
           && offset % ALIGNMENT == 0;
}

/* Regular files have no other flag that F_SETFL changes. */
bool
local_pass_cache (struct node *node, bool on)
{
    enum node_direct wanted = on ? DIRECT_ON : DIRECT_OFF;

    if (node->direct == DIRECT_IMPOSSIBLE || node->direct == wanted)
        return node->direct == DIRECT_ON;
    if (fcntl (node->fd, F_SETFL, on ? O_DIRECT : 0) < 0)
        wanted = DIRECT_IMPOSSIBLE;
    node->direct = wanted;
    return wanted == DIRECT_ON;
}

/* Some file systems refuse O_DIRECT only when it is used.  True: do it
 * without.
 */
static bool
is_refused (struct node *node, ssize_t n)
{
    if (n >= 0 || errno != EINVAL)
        return false;
    local_pass_cache (node, false);
    node->direct = DIRECT_IMPOSSIBLE;
    return true;
}

static char *
aligned_buffer (struct local *local)
{
    if (!local->aligned)
        local->aligned = aligned_alloc (ALIGNMENT, DIRECT_MAX);
    if (!local->aligned)
        out_of_memory ();
    return local->aligned;
}

ssize_t
local_pread (struct local *local, struct node *node, char *buffer,
             size_t size, off_t offset)
{
    if (local_pass_cache (node, is_worth_it (size, offset))) {
        char *aligned = aligned_buffer (local);
        ssize_t n = pread (node->fd, aligned, size, offset);

        if (n > 0)
            memcpy (buffer, aligned, (size_t) n);
        if (!is_refused (node, n))
            return n;
    }
    return pread (node->fd, buffer, size, offset);
}

ssize_t
local_pwrite (struct local *local, struct node *node, const char *data,
              size_t size, off_t offset)
{
    if (local_pass_cache (node, is_worth_it (size, offset))) {
        char *aligned = aligned_buffer (local);
        ssize_t n;

        memcpy (aligned, data, size);
        n = pwrite (node->fd, aligned, size, offset);
        if (!is_refused (node, n))
            return n;
    }
    return pwrite (node->fd, data, size, offset);
}
