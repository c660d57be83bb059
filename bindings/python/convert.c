/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From Python's values to C's, and back.  Texts are UTF-8; bytes that are
 * none survive the way to Python and back (as in os.fsdecode).
 */

#include "convert.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LENIENT "surrogateescape"

int
arguments_begin (struct arguments *a, const char *call_name, PyObject *self,
                 PyObject *const *args, Py_ssize_t given,
                 Py_ssize_t expected)
{
    struct handle *h = (struct handle *) self;

    if (given != expected) {
        PyErr_Format (PyExc_TypeError, "%s: %zd arguments instead of %zd",
                      call_name, given, expected);
        return -1;
    }
    if (handle_enter (h, call_name) < 0)
        return -1;
    *a = (struct arguments) {
        .handle = h,
        .g = h->g,
        .call_name = call_name,
        .next = args,
    };
    return 0;
}

void
arguments_end (struct arguments *a)
{
    Py_CLEAR (a->kept);
    handle_leave (a->handle);
}

static int
wrong_type (const struct arguments *a, const char *name, const char *wanted,
            PyObject *given)
{
    PyObject *type = PyObject_GetAttrString ((PyObject *) Py_TYPE (given),
                                             "__name__");

    if (type)
        PyErr_Format (PyExc_TypeError, "%s: %s must be %s, not %U",
                      a->call_name, name, wanted, type);
    Py_XDECREF (type);
    return -1;
}

/* Takes the reference. */
static int
keep (struct arguments *a, PyObject *take_object)
{
    int r = -1;

    if (take_object && !a->kept)
        a->kept = PyList_New (0);
    if (take_object && a->kept)
        r = PyList_Append (a->kept, take_object);
    Py_XDECREF (take_object);
    return r;
}

/* Bytes of a str, bytes or os.PathLike; a new reference. */
static PyObject *
encode (const struct arguments *a, const char *name, PyObject *object)
{
    PyObject *path = NULL;
    PyObject *bytes;

    if (PyUnicode_Check (object))
        return PyUnicode_AsEncodedString (object, "utf-8", LENIENT);
    if (PyBytes_Check (object)) {
        Py_INCREF (object);
        return object;
    }
    if (PyObject_HasAttrString (object, "__fspath__"))
        path = PyOS_FSPath (object);
    else
        wrong_type (a, name, "a string", object);
    if (!path)
        return NULL;
    bytes = encode (a, name, path);
    Py_DECREF (path);
    return bytes;
}

static int
as_string (struct arguments *a, const char *name, PyObject *object,
           const char **ret)
{
    PyObject *bytes = encode (a, name, object);
    Py_ssize_t size;
    char *s;

    if (!bytes)
        return -1;
    if (keep (a, bytes) < 0 || PyBytes_AsStringAndSize (bytes, &s, &size) < 0)
        return -1;
    if (strlen (s) != (size_t) size) {
        PyErr_Format (PyExc_ValueError, "%s: %s has a NUL character in it",
                      a->call_name, name);
        return -1;
    }
    *ret = s;
    return 0;
}

int
take_string (struct arguments *a, const char *name, const char **ret)
{
    return as_string (a, name, *a->next++, ret);
}

int
take_optstring (struct arguments *a, const char *name, const char **ret)
{
    if (*a->next != Py_None)
        return take_string (a, name, ret);
    a->next++;
    *ret = NULL;
    return 0;
}

static void
free_array (PyObject *capsule)
{
    free (PyCapsule_GetPointer (capsule, NULL));
}

/* An array of n pointers and a NULL, which lives as long as the arguments.
 */
static const char **
new_array (struct arguments *a, Py_ssize_t n)
{
    const char **array = calloc ((size_t) n + 1, sizeof *array);
    PyObject *capsule;

    if (!array) {
        PyErr_NoMemory ();
        return NULL;
    }
    capsule = PyCapsule_New (array, NULL, free_array);
    if (!capsule)
        free (array);
    return keep (a, capsule) < 0 ? NULL : array;
}

int
take_strings (struct arguments *a, const char *name, char *const **ret)
{
    PyObject *object = *a->next++;
    const char **array;
    PyObject *list;
    Py_ssize_t n;

    /* A string is a sequence of strings, but hardly ever meant so. */
    if (PyUnicode_Check (object) || PyBytes_Check (object))
        return wrong_type (a, name, "a list of strings", object);
    list = PySequence_List (object);
    if (!list) {
        if (!PyErr_ExceptionMatches (PyExc_TypeError))
            return -1;
        PyErr_Clear ();
        return wrong_type (a, name, "a list of strings", object);
    }
    n = PyList_Size (list);
    if (keep (a, list) < 0 || !(array = new_array (a, n)))
        return -1;
    for (Py_ssize_t i = 0; i < n; i++)
        if (as_string (a, name, PyList_GetItem (list, i), &array[i]) < 0)
            return -1;
    *ret = (char *const *) array;
    return 0;
}

int
take_buffer (struct arguments *a, const char *name, const char **ret,
             size_t *ret_size)
{
    PyObject *object = *a->next++;
    PyObject *bytes;
    Py_ssize_t size;
    char *s;

    if (PyUnicode_Check (object))
        bytes = encode (a, name, object);
    else
        bytes = PyBytes_FromObject (object);
    if (!bytes && PyErr_ExceptionMatches (PyExc_TypeError)) {
        PyErr_Clear ();
        return wrong_type (a, name, "bytes or a string", object);
    }
    if (!bytes || keep (a, bytes) < 0
        || PyBytes_AsStringAndSize (bytes, &s, &size) < 0)
        return -1;
    *ret = s;
    *ret_size = (size_t) size;
    return 0;
}

static int
as_number (struct arguments *a, const char *name, int64_t min, int64_t max,
           int64_t *ret)
{
    PyObject *object = *a->next++;
    PyObject *index = PyNumber_Index (object);
    int overflow;

    if (!index) {
        PyErr_Clear ();
        return wrong_type (a, name, "an int", object);
    }
    *ret = PyLong_AsLongLongAndOverflow (index, &overflow);
    Py_DECREF (index);
    if (PyErr_Occurred ())
        return -1;
    if (!overflow && *ret >= min && *ret <= max)
        return 0;
    PyErr_Format (PyExc_OverflowError, "%s: %s does not fit in %d bits",
                  a->call_name, name, max == INT_MAX ? 32 : 64);
    return -1;
}

int
take_int (struct arguments *a, const char *name, int *ret)
{
    int64_t value;

    if (as_number (a, name, INT_MIN, INT_MAX, &value) < 0)
        return -1;
    *ret = (int) value;
    return 0;
}

int
take_int64 (struct arguments *a, const char *name, int64_t *ret)
{
    return as_number (a, name, INT64_MIN, INT64_MAX, ret);
}

/* Texts are true even if they say "false": only numbers will do. */
int
take_bool (struct arguments *a, const char *name, int *ret)
{
    PyObject *object = *a->next++;
    PyObject *index = PyNumber_Index (object);

    if (!index) {
        PyErr_Clear ();
        return wrong_type (a, name, "a bool", object);
    }
    *ret = PyObject_IsTrue (index);
    Py_DECREF (index);
    return *ret < 0 ? -1 : 0;
}

int
take_pointer (struct arguments *a, const char *name, void **ret)
{
    PyObject *object = *a->next++;

    if (!PyLong_Check (object))
        return wrong_type (a, name, "an address", object);
    *ret = PyLong_AsVoidPtr (object);
    return PyErr_Occurred () ? -1 : 0;
}

int
option_given (struct arguments *a)
{
    if (*a->next != Py_None)
        return 1;
    a->next++;
    return 0;
}

PyObject *
result_none (void)
{
    Py_RETURN_NONE;
}

PyObject *
result_bytes_as_string (const char *s, size_t size)
{
    return PyUnicode_DecodeUTF8 (s, (Py_ssize_t) size, LENIENT);
}

PyObject *
result_const_string (const char *s)
{
    if (!s)
        Py_RETURN_NONE;
    return result_bytes_as_string (s, strlen (s));
}

PyObject *
result_string (char *take_s)
{
    PyObject *result = result_const_string (take_s);

    free (take_s);
    return result;
}

PyObject *
result_buffer (char *take_bytes, size_t size)
{
    PyObject *result = PyBytes_FromStringAndSize (take_bytes,
                                                  (Py_ssize_t) size);

    free (take_bytes);
    return result;
}

static void
free_strings (char **list)
{
    for (size_t i = 0; list[i]; i++)
        free (list[i]);
    free (list);
}

static size_t
count_strings (char **list)
{
    size_t n = 0;

    while (list[n])
        n++;
    return n;
}

PyObject *
result_list (char **take_list)
{
    size_t n = count_strings (take_list);
    PyObject *result = PyList_New ((Py_ssize_t) n);

    for (size_t i = 0; result && i < n; i++) {
        PyObject *s = result_const_string (take_list[i]);

        if (!s)
            Py_CLEAR (result);
        else
            PyList_SetItem (result, (Py_ssize_t) i, s);
    }
    free_strings (take_list);
    return result;
}

PyObject *
result_hash (char **take_hash)
{
    size_t n = count_strings (take_hash) / 2;
    PyObject *result = PyList_New ((Py_ssize_t) n);

    for (size_t i = 0; result && i < n; i++) {
        PyObject *key = result_const_string (take_hash[2 * i]);
        PyObject *value = result_const_string (take_hash[2 * i + 1]);
        PyObject *pair = key && value ? PyTuple_Pack (2, key, value) : NULL;

        Py_XDECREF (key);
        Py_XDECREF (value);
        if (!pair)
            Py_CLEAR (result);
        else
            PyList_SetItem (result, (Py_ssize_t) i, pair);
    }
    free_strings (take_hash);
    return result;
}

int
put_field (PyObject *dict, const char *name, PyObject *take_value)
{
    int r = take_value ? PyDict_SetItemString (dict, name, take_value) : -1;

    Py_XDECREF (take_value);
    return r;
}
