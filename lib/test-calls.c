/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that exist to test bindings: internal_test prints what arrived,
 * internal_test_r* return what the caller asks for, or fail.
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "environment.h"
#include "impl.h"
#include "test-calls.h"

void
test_output_close (guestfs_h *g)
{
    cleanup_file_ (&g->test_output);
    g->test_output = NULL;
}

int
impl_internal_test_set_output (guestfs_h *g, const char *filename)
{
    FILE *fp = fopen (filename, "we");

    if (!fp)
        return fail (&g->error, errno, "%s: %m", filename);
    test_output_close (g);
    g->test_output = fp;
    return 0;
}

int
impl_internal_test_close_output (guestfs_h *g)
{
    FILE *fp = steal (&g->test_output);

    if (fp && fclose (fp) != 0)
        return fail (&g->error, errno, "writing: %m");
    return 0;
}

/* One line for each argument: its name, a colon and the value. */

static FILE *
begin_line (guestfs_h *g, const char *name)
{
    FILE *fp = g->test_output ? g->test_output : stdout;

    fprintf (fp, "%s: ", name);
    return fp;
}

/* Bytes that are not printable ASCII show as \x and two digits. */
static void
put_bytes (FILE *fp, const char *bytes, size_t size)
{
    fputc ('"', fp);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char) bytes[i];

        if (c == '"' || c == '\\' || c < ' ' || c > '~')
            fprintf (fp, "\\x%02x", c);
        else
            fputc (c, fp);
    }
    fputc ('"', fp);
}

static void
print_string (guestfs_h *g, const char *name, const char *s)
{
    FILE *fp = begin_line (g, name);

    if (s)
        put_bytes (fp, s, strlen (s));
    else
        fputs ("null", fp);
    fputc ('\n', fp);
}

static void
print_list (guestfs_h *g, const char *name, char *const *list)
{
    FILE *fp = begin_line (g, name);

    fputc ('[', fp);
    for (size_t i = 0; list[i]; i++) {
        fputs (i ? ", " : "", fp);
        put_bytes (fp, list[i], strlen (list[i]));
    }
    fputs ("]\n", fp);
}

static void
print_bool (guestfs_h *g, const char *name, int b)
{
    fprintf (begin_line (g, name), "%s\n", b ? "true" : "false");
}

static void
print_int (guestfs_h *g, const char *name, int64_t i)
{
    fprintf (begin_line (g, name), "%" PRIi64 "\n", i);
}

static void
print_options (guestfs_h *g, const struct guestfs_internal_test_argv *o)
{
    if (o->bitmask & GUESTFS_INTERNAL_TEST_OBOOL_BITMASK)
        print_bool (g, "obool", o->obool);
    if (o->bitmask & GUESTFS_INTERNAL_TEST_OINT_BITMASK)
        print_int (g, "oint", o->oint);
    if (o->bitmask & GUESTFS_INTERNAL_TEST_OINT64_BITMASK)
        print_int (g, "oint64", o->oint64);
    if (o->bitmask & GUESTFS_INTERNAL_TEST_OSTRING_BITMASK)
        print_string (g, "ostring", o->ostring);
    if (o->bitmask & GUESTFS_INTERNAL_TEST_OSTRINGLIST_BITMASK)
        print_list (g, "ostringlist", o->ostringlist);
}

static int
end_output (guestfs_h *g)
{
    FILE *fp = g->test_output ? g->test_output : stdout;

    if (fflush (fp) != 0)
        return fail (&g->error, errno, "writing: %m");
    return 0;
}

int
impl_internal_test (guestfs_h *g, const char *str, const char *optstr,
                    char *const *strlist, int b, int integer,
                    int64_t integer64, const char *filein,
                    const char *fileout, const char *bufferin,
                    size_t bufferin_size,
                    const struct guestfs_internal_test_argv *o)
{
    FILE *fp;

    print_string (g, "str", str);
    print_string (g, "optstr", optstr);
    print_list (g, "strlist", strlist);
    print_bool (g, "b", b);
    print_int (g, "integer", integer);
    print_int (g, "integer64", integer64);
    print_string (g, "filein", filein);
    print_string (g, "fileout", fileout);
    fp = begin_line (g, "bufferin");
    put_bytes (fp, bufferin, bufferin_size);
    fputc ('\n', fp);
    print_options (g, o);
    return end_output (g);
}

int
impl_internal_test_only_optargs (guestfs_h *g,
                                 const struct
                                 guestfs_internal_test_only_optargs_argv *o)
{
    if (o->bitmask & GUESTFS_INTERNAL_TEST_ONLY_OPTARGS_TEST_BITMASK)
        print_int (g, "test", o->test);
    return end_output (g);
}

#define OPT(n) offsetof (struct guestfs_internal_test_63_optargs_argv, opt##n)

static const size_t option_offsets[] = {
    OPT (1),  OPT (2),  OPT (3),  OPT (4),  OPT (5),  OPT (6),  OPT (7),
    OPT (8),  OPT (9),  OPT (10), OPT (11), OPT (12), OPT (13), OPT (14),
    OPT (15), OPT (16), OPT (17), OPT (18), OPT (19), OPT (20), OPT (21),
    OPT (22), OPT (23), OPT (24), OPT (25), OPT (26), OPT (27), OPT (28),
    OPT (29), OPT (30), OPT (31), OPT (32), OPT (33), OPT (34), OPT (35),
    OPT (36), OPT (37), OPT (38), OPT (39), OPT (40), OPT (41), OPT (42),
    OPT (43), OPT (44), OPT (45), OPT (46), OPT (47), OPT (48), OPT (49),
    OPT (50), OPT (51), OPT (52), OPT (53), OPT (54), OPT (55), OPT (56),
    OPT (57), OPT (58), OPT (59), OPT (60), OPT (61), OPT (62), OPT (63),
};

int
impl_internal_test_63_optargs (guestfs_h *g,
                               const struct
                               guestfs_internal_test_63_optargs_argv *o)
{
    for (size_t i = 0; i < sizeof option_offsets / sizeof (size_t); i++)
        if (o->bitmask & UINT64_C (1) << i) {
            const char *option = (const char *) o + option_offsets[i];
            char name[8];

            snprintf (name, sizeof name, "opt%zu", i + 1);
            print_int (g, name, *(const int *) (const void *) option);
        }
    return end_output (g);
}

/* Results.  val says which. */

static int
parse_count (guestfs_h *g, const char *val, int min, int *ret)
{
    if (parse_int (val, min, INT_MAX, ret))
        return 0;
    return fail (&g->error, EINVAL, "'%s' is no number", val);
}

#define FAILING(name, type, failure)                    \
    type                                                \
    impl_internal_test_##name##err (guestfs_h *g)       \
    {                                                   \
        fail (&g->error, EINVAL, "error");              \
        return failure;                                 \
    }

FAILING (rint, int, -1)
FAILING (rint64, int64_t, -1)
FAILING (rbool, int, -1)
FAILING (rconststring, const char *, NULL)
FAILING (rconstoptstring, const char *, NULL)
FAILING (rstring, char *, NULL)
FAILING (rstringlist, char **, NULL)
FAILING (rhashtable, char **, NULL)
FAILING (rstruct, struct guestfs_lvm_pv *, NULL)
FAILING (rstructlist, struct guestfs_lvm_pv_list *, NULL)

char *
impl_internal_test_rbufferouterr (guestfs_h *g, size_t *size_r)
{
    (void) size_r;
    return fail_null (&g->error, EINVAL, "error");
}

int
impl_internal_test_rint (guestfs_h *g, const char *val)
{
    int i;

    return parse_count (g, val, INT_MIN, &i) < 0 ? -1 : i;
}

int64_t
impl_internal_test_rint64 (guestfs_h *g, const char *val)
{
    int64_t i;
    int used = 0;

    if (sscanf (val, "%" SCNi64 "%n", &i, &used) != 1 || val[used])
        return fail (&g->error, EINVAL, "'%s' is no number", val);
    return i;
}

int
impl_internal_test_rbool (guestfs_h *g, const char *val)
{
    (void) g;
    return strcmp (val, "true") == 0;
}

const char *
impl_internal_test_rconststring (guestfs_h *g, const char *val)
{
    (void) g, (void) val;
    return "static string";
}

const char *
impl_internal_test_rconstoptstring (guestfs_h *g, const char *val)
{
    (void) g;
    return *val ? "static string" : NULL;
}

char *
impl_internal_test_rstring (guestfs_h *g, const char *val)
{
    (void) g;
    return xstrdup (val);
}

char *
impl_internal_test_rbufferout (guestfs_h *g, const char *val, size_t *size_r)
{
    (void) g;
    *size_r = strlen (val);
    return xstrdup (val);
}

/* val is how many there are: "0", "1", and so on. */
char **
impl_internal_test_rstringlist (guestfs_h *g, const char *val)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    int count;

    if (parse_count (g, val, 0, &count) < 0)
        return NULL;
    for (int i = 0; i < count; i++)
        strings_add_format (&list, "%d", i);
    return strings_steal (&list);
}

char **
impl_internal_test_rhashtable (guestfs_h *g, const char *val)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    int count;

    if (parse_count (g, val, 0, &count) < 0)
        return NULL;
    for (int i = 0; i < count; i++) {
        strings_add_format (&list, "%d", i);
        strings_add_format (&list, "value %d", i);
    }
    return strings_steal (&list);
}

/* Every field says which struct of a list it belongs to. */
static void
fill_struct (struct guestfs_lvm_pv *pv, int i)
{
    *pv = (struct guestfs_lvm_pv) {
        .pv_name = xasprintf ("pv%d", i),
        .pv_fmt = xstrdup ("unknown"),
        .pv_size = (uint64_t) i,
        .dev_size = UINT64_MAX,
        .pv_attr = xstrdup ("attr"),
        .pv_pe_count = INT64_MAX,
        .pv_pe_alloc_count = INT64_MIN,
        .pv_tags = xstrdup ("tag"),
        .pv_mda_count = -1,
    };
    /* No string: there is no NUL at its end. */
    for (size_t n = 0; n < sizeof pv->pv_uuid; n++)
        pv->pv_uuid[n] = (char) ('0' + (n + (size_t) i) % 10);
}

struct guestfs_lvm_pv *
impl_internal_test_rstruct (guestfs_h *g, const char *val)
{
    struct guestfs_lvm_pv *pv = xmalloc (sizeof *pv);

    (void) g, (void) val;
    fill_struct (pv, 0);
    return pv;
}

struct guestfs_lvm_pv_list *
impl_internal_test_rstructlist (guestfs_h *g, const char *val)
{
    struct guestfs_lvm_pv_list *list;
    int count;

    if (parse_count (g, val, 0, &count) < 0)
        return NULL;
    list = xmalloc (sizeof *list);
    list->len = (uint32_t) count;
    list->val = xcalloc (list->len, sizeof *list->val);
    for (int i = 0; i < count; i++)
        fill_struct (&list->val[i], i);
    return list;
}
