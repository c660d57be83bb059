/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results on stdout, as scripts have always read them. */
#ifndef SHELL_PRINT_H
#define SHELL_PRINT_H

#include <stddef.h>
#include <stdint.h>

enum field_kind {
    FIELD_CHAR,
    FIELD_INT32,
    FIELD_UINT32,
    FIELD_INT64,
    FIELD_UINT64,
    FIELD_PERCENT,
    FIELD_STRING,
    FIELD_UUID,
    FIELD_BUFFER,
};

/* A field of a struct; the name is NULL at the end of a table. */
struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
    size_t size_offset; /* of a buffer's size */
};

/* Each returns 0, or -1 if it is given what a failed call returns. */
int print_int (int64_t value);
int print_hex (int64_t value);
int print_octal (int64_t value);
int print_bool (int truth);
int print_string (char *take_text);
int print_const_string (const char *text);
int print_optional_string (const char *text);
int print_buffer (char *take_bytes, size_t size);
int print_list (char **take_list);
int print_hash (char **take_hash);

/* These leave what they print to the caller. */
int print_struct (const struct field *fields, const void *s);
int print_structs (const struct field *fields, const void *val, uint32_t len,
                   size_t size);

#endif /* SHELL_PRINT_H */
