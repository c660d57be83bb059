/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of installed packages. */

#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "packages.h"
#include "string-list.h"

/* More is not kept: no distribution has so many. */
#define PACKAGES_MAX 200000

enum field {
    NAME,
    STATUS,
    VERSION,
    ARCH,
    SOURCE,
    URL,
    PUBLISHER,
    SUMMARY,
    FIELDS
};

/* Their names in each format. */
static const char *const deb_names[FIELDS] = {
    [NAME] = "Package",     [STATUS] = "Status",
    [VERSION] = "Version",  [ARCH] = "Architecture",
    [SOURCE] = "Source",    [URL] = "Homepage",
    [SUMMARY] = "Description",
};

static const char *const apk_names[FIELDS] = {
    [NAME] = "P",   [VERSION] = "V",   [ARCH] = "A",    [SOURCE] = "o",
    [URL] = "U",    [PUBLISHER] = "m", [SUMMARY] = "T",
};

static const char *const pacman_names[FIELDS] = {
    [NAME] = "%NAME%", [VERSION] = "%VERSION%", [ARCH] = "%ARCH%",
    [SOURCE] = "%BASE%", [URL] = "%URL%", [SUMMARY] = "%DESC%",
};

/* What a package says of itself: pieces of the text. */
struct stanza {
    struct {
        const char *text;
        size_t size;
    } value[FIELDS];
};

static int
find_field (const char *const names[FIELDS], const char *name, size_t size)
{
    for (int i = 0; i < FIELDS; i++)
        if (names[i] && strlen (names[i]) == size
            && strncmp (names[i], name, size) == 0)
            return i;
    return -1;
}

static char *
copy_value (const struct stanza *s, enum field field)
{
    char *copy = s->value[field].text ? xstrndup (s->value[field].text,
                                                  s->value[field].size)
                                      : xstrdup ("");

    string_trim_end (copy);
    return copy;
}

/* "NAME: VALUE", and lines that begin with a blank, which belong to the one
 * before.  Takes one paragraph off the text; false if it was the last.
 */
static bool
next_paragraph (const char **text, const char *const names[FIELDS],
                struct stanza *ret)
{
    int field = -1;

    *ret = (struct stanza) { 0 };
    *text += strspn (*text, "\n");
    while (**text && **text != '\n') {
        const char *line = *text, *colon;
        size_t size = strcspn (line, "\n");

        *text += size + (line[size] == '\n');
        if (*line == ' ' || *line == '\t') {
            if (field >= 0)
                ret->value[field].size
                    = (size_t) (line + size - ret->value[field].text);
            continue;
        }
        colon = memchr (line, ':', size);
        field = colon ? find_field (names, line, (size_t) (colon - line))
                      : -1;
        if (field < 0)
            continue;
        colon++;
        while (*colon == ' ')
            colon++;
        ret->value[field].text = colon;
        ret->value[field].size
            = colon < line + size ? (size_t) (line + size - colon) : 0;
    }
    return **text || ret->value[NAME].text;
}

/* "[EPOCH:]VERSION[-RELEASE]", where the version may have hyphens. */
static void
set_version (struct guestfs_application2 *app, char *take_version)
{
    char *version = take_version, *end, *hyphen;
    unsigned long epoch = strtoul (version, &end, 10);

    if (*end == ':' && end > version && epoch <= INT32_MAX) {
        app->app2_epoch = (int32_t) epoch;
        version = end + 1;
    }
    hyphen = strrchr (version, '-');
    app->app2_release = xstrdup (hyphen ? hyphen + 1 : "");
    app->app2_version = hyphen ? xstrndup (version,
                                           (size_t) (hyphen - version))
                               : xstrdup (version);
    free (take_version);
}

/* The first line is the summary; of the others the blank before them goes,
 * and a lone dot stands for an empty one.
 */
static void
set_description (struct guestfs_application2 *app, char *take_text)
{
    size_t first = strcspn (take_text, "\n");
    const char *from = take_text + first + (take_text[first] == '\n');
    char *to;

    app->app2_summary = xstrndup (take_text, first);
    app->app2_description = to = xmalloc (strlen (from) + 1);
    while (*from) {
        size_t size;

        from += *from == ' ' || *from == '\t';
        size = strcspn (from, "\n");
        if (size != 1 || *from != '.') {
            memcpy (to, from, size);
            to += size;
        }
        from += size;
        if (*from)
            *to++ = *from++;
    }
    *to = '\0';
    free (take_text);
}

/* "NAME (VERSION)" */
static char *
source_name (char *take_source)
{
    take_source[strcspn (take_source, " ")] = '\0';
    return take_source;
}

static void
add (struct packages *list, const struct stanza *s)
{
    struct guestfs_application2 app = {
        .app2_name = copy_value (s, NAME),
        .app2_display_name = xstrdup (""),
        .app2_arch = copy_value (s, ARCH),
        .app2_install_path = xstrdup (""),
        .app2_trans_path = xstrdup (""),
        .app2_publisher = copy_value (s, PUBLISHER),
        .app2_url = copy_value (s, URL),
        .app2_source_package = source_name (copy_value (s, SOURCE)),
        .app2_class = xstrdup (""),
        .app2_spare2 = xstrdup (""),
        .app2_spare3 = xstrdup (""),
        .app2_spare4 = xstrdup (""),
    };

    set_version (&app, copy_value (s, VERSION));
    set_description (&app, copy_value (s, SUMMARY));
    if ((list->count & (list->count - 1)) == 0)
        list->item = xreallocarray (list->item,
                                    list->count ? 2 * list->count : 1,
                                    sizeof app);
    list->item[list->count++] = app;
}

/* "WANTED FLAG STATUS": there may be remains of a package that was removed. */
static bool
is_installed (const struct stanza *s)
{
    cleanup_free char *status = copy_value (s, STATUS);

    return string_ends_with (status, " installed");
}

void
packages_add_deb (struct packages *list, const char *text)
{
    struct stanza s;

    while (list->count < PACKAGES_MAX && next_paragraph (&text, deb_names, &s))
        if (s.value[NAME].text && is_installed (&s))
            add (list, &s);
}

void
packages_add_apk (struct packages *list, const char *text)
{
    struct stanza s;

    while (list->count < PACKAGES_MAX && next_paragraph (&text, apk_names, &s))
        if (s.value[NAME].text)
            add (list, &s);
}

/* "%NAME%", and its value in the next line. */
void
packages_add_pacman (struct packages *list, const char *text)
{
    struct stanza s = { 0 };

    while (*text) {
        size_t size = strcspn (text, "\n");
        int field = find_field (pacman_names, text, size);

        text += size + (text[size] == '\n');
        if (field < 0)
            continue;
        s.value[field].text = text;
        s.value[field].size = strcspn (text, "\n");
    }
    if (s.value[NAME].text && list->count < PACKAGES_MAX)
        add (list, &s);
}

void
packages_take (struct packages *list,
               struct guestfs_application2_list *take_result)
{
    packages_free (list);
    *list = (struct packages) {
        .item = take_result->val,
        .count = take_result->len,
    };
    free (take_result);
}

struct guestfs_application2_list *
packages_steal (struct packages *list)
{
    struct guestfs_application2_list *result = xmalloc (sizeof *result);

    *result = (struct guestfs_application2_list) {
        .len = (uint32_t) list->count,
        .val = list->item ? list->item : xmalloc (sizeof *list->item),
    };
    *list = (struct packages) { 0 };
    return result;
}

void
packages_free (struct packages *list)
{
    if (list->item)
        guestfs_free_application2_list (packages_steal (list));
}
