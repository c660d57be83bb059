/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From Python's values to C's, and back. */
#ifndef PYTHON_CONVERT_H
#define PYTHON_CONVERT_H

#include "handle.h"

/* The arguments of one call, taken one by one. */
struct arguments {
    struct handle *handle;
    guestfs_h *g;
    const char *call_name;
    PyObject *const *next; /* the first that was not taken yet */
    PyObject *kept;        /* a list of objects whose memory is in use */
};

/* The call begins, and must get this many arguments. */
int arguments_begin (struct arguments *a, const char *call_name,
                     PyObject *self, PyObject *const *args,
                     Py_ssize_t given, Py_ssize_t expected);

/* What the strings, buffers and lists point to ends here, too. */
void arguments_end (struct arguments *a);

/* 0, or -1 and an exception that names the argument. */
int take_string (struct arguments *a, const char *name, const char **ret);
int take_optstring (struct arguments *a, const char *name, const char **ret);
int take_strings (struct arguments *a, const char *name, char *const **ret);
int take_buffer (struct arguments *a, const char *name, const char **ret,
                 size_t *ret_size);
int take_int (struct arguments *a, const char *name, int *ret);
int take_int64 (struct arguments *a, const char *name, int64_t *ret);
int take_bool (struct arguments *a, const char *name, int *ret);
int take_pointer (struct arguments *a, const char *name, void **ret);

/* Is the next argument, an optional one, there?  If not, skip it. */
int option_given (struct arguments *a);

/* Results: new references, or NULL and an exception.  What they are made
 * from is freed, unless it is const.
 */
PyObject *result_none (void);
PyObject *result_const_string (const char *s);
PyObject *result_bytes_as_string (const char *s, size_t size);
PyObject *result_string (char *take_s);
PyObject *result_buffer (char *take_bytes, size_t size);
PyObject *result_list (char **take_list);

/* Keys and values by turns: a list of pairs. */
PyObject *result_hash (char **take_hash);

/* Add a field to a struct's dict. */
int put_field (PyObject *dict, const char *name, PyObject *take_value);

#endif /* PYTHON_CONVERT_H */
