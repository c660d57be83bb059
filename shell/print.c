/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results on stdout.  Whether they could be written is found out once, when
 * the command ends.
 */

#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "print.h"
#include "string-list.h"

int
print_int (int64_t value)
{
    if (value == -1)
        return -1;
    printf ("%" PRId64 "\n", value);
    return 0;
}

int
print_hex (int64_t value)
{
    if (value == -1)
        return -1;
    printf ("0x%" PRIx64 "\n", (uint64_t) value);
    return 0;
}

/* With a 0 before it, so that it can be given back to chmod or umask. */
int
print_octal (int64_t value)
{
    if (value == -1)
        return -1;
    printf ("%s%" PRIo64 "\n", value ? "0" : "", (uint64_t) value);
    return 0;
}

int
print_bool (int truth)
{
    if (truth == -1)
        return -1;
    puts (truth ? "true" : "false");
    return 0;
}

int
print_const_string (const char *text)
{
    if (!text)
        return -1;
    puts (text);
    return 0;
}

int
print_optional_string (const char *text)
{
    puts (text ? text : "(null)");
    return 0;
}

int
print_string (char *take_text)
{
    cleanup_free char *text = take_text;

    return print_const_string (text);
}

int
print_buffer (char *take_bytes, size_t size)
{
    cleanup_free char *bytes = take_bytes;

    if (!bytes)
        return -1;
    fwrite (bytes, 1, size, stdout);
    return 0;
}

int
print_list (char **take_list)
{
    cleanup_string_array char **list = take_list;

    if (!list)
        return -1;
    for (size_t i = 0; list[i]; i++)
        puts (list[i]);
    return 0;
}

int
print_hash (char **take_hash)
{
    cleanup_string_array char **hash = take_hash;

    if (!hash)
        return -1;
    for (size_t i = 0; hash[i] && hash[i + 1]; i += 2)
        printf ("%s: %s\n", hash[i], hash[i + 1]);
    return 0;
}

/* Bytes that a terminal may not like are shown in hex. */
static void
print_bytes (const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char) bytes[i];

        if (c >= ' ' && c <= '~')
            putchar (c);
        else
            printf ("\\x%02x", c);
    }
}

static void
print_field (const struct field *f, const char *s)
{
    const void *p = s + f->offset;

    switch (f->kind) {
    case FIELD_CHAR:
        printf ("%c", *(const char *) p);
        break;
    case FIELD_INT32:
        printf ("%" PRId32, *(const int32_t *) p);
        break;
    case FIELD_UINT32:
        printf ("%" PRIu32, *(const uint32_t *) p);
        break;
    case FIELD_INT64:
        printf ("%" PRId64, *(const int64_t *) p);
        break;
    case FIELD_UINT64:
        printf ("%" PRIu64, *(const uint64_t *) p);
        break;
    case FIELD_PERCENT:
        printf ("%g", (double) *(const float *) p);
        break;
    case FIELD_STRING:
        fputs (*(char *const *) p, stdout);
        break;
    case FIELD_UUID:
        printf ("%.32s", (const char *) p);
        break;
    case FIELD_BUFFER:
        print_bytes (*(char *const *) p,
                     *(const uint32_t *) (s + f->size_offset));
        break;
    }
}

static void
print_fields (const struct field *fields, const void *s, const char *indent)
{
    for (; fields->name; fields++) {
        printf ("%s%s: ", indent, fields->name);
        print_field (fields, s);
        putchar ('\n');
    }
}

int
print_struct (const struct field *fields, const void *s)
{
    if (!s)
        return -1;
    print_fields (fields, s, "");
    return 0;
}

int
print_structs (const struct field *fields, const void *val, uint32_t len,
               size_t size)
{
    for (uint32_t i = 0; i < len; i++) {
        printf ("[%" PRIu32 "] = {\n", i);
        print_fields (fields, (const char *) val + i * size, "  ");
        puts ("}");
    }
    return 0;
}
