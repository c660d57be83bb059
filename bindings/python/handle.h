/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Python object around a handle. */
#ifndef PYTHON_HANDLE_H
#define PYTHON_HANDLE_H

/* The stable ABI of Python 3.10 and later: one build serves them all. */
#define Py_LIMITED_API 0x030a0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <sys/types.h>

#include "guestfs.h"

struct handle {
    PyObject_HEAD
    guestfs_h *g;        /* NULL: closed */
    pid_t pid;           /* of the process that made it */
    Py_ssize_t running;  /* calls; changed with the GIL held */
    PyObject *callbacks; /* a dict from event handles; they are kept alive */
};

/* Raised by calls on a closed handle. */
extern PyObject *closed_handle_error;

/* The type, with what its methods are; NULL and an exception if that
 * fails.
 */
PyObject *handle_type (PyMethodDef *methods);

/* A call begins: the handle must be open, and stays so until it has ended.
 */
int handle_enter (struct handle *h, const char *call_name);
void handle_leave (struct handle *h);

/* The call that this thread has just made has failed: raise what it left.
 * Returns NULL.
 */
PyObject *handle_raise (struct handle *h);

/* Methods that are no calls of the API. */
PyObject *handle_close (PyObject *self, PyObject *unused);
PyObject *handle_closed (PyObject *self, PyObject *unused);
PyObject *handle_set_event_callback (PyObject *self, PyObject *args);
PyObject *handle_delete_event_callback (PyObject *self, PyObject *args);

/* Functions of the module. */
PyObject *event_to_string (PyObject *module, PyObject *args);
PyObject *stop_events (PyObject *module, PyObject *unused);

#endif /* PYTHON_HANDLE_H */
