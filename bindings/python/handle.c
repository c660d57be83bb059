/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Python object around a handle: its life, and what calls do before
 * and after their work.
 */

#include "handle.h"

#include <string.h>
#include <unistd.h>

PyObject *closed_handle_error;

int
handle_enter (struct handle *h, const char *call_name)
{
    if (!h->g) {
        PyErr_Format (closed_handle_error,
                      "%s: the handle is closed", call_name);
        return -1;
    }
    h->running++;
    return 0;
}

void
handle_leave (struct handle *h)
{
    h->running--;
}

static PyObject *
decode (const char *message)
{
    return PyUnicode_DecodeUTF8 (message, (Py_ssize_t) strlen (message),
                                 "replace");
}

PyObject *
handle_raise (struct handle *h)
{
    const char *message = guestfs_last_error (h->g);
    PyObject *text = decode (message ? message : "unknown error");
    PyObject *error = NULL;
    PyObject *number = PyLong_FromLong (guestfs_last_errno (h->g));

    if (text && number)
        error = PyObject_CallFunctionObjArgs (PyExc_RuntimeError, text, NULL);
    if (error && PyObject_SetAttrString (error, "errno", number) == 0)
        PyErr_SetObject (PyExc_RuntimeError, error);
    Py_XDECREF (error);
    Py_XDECREF (number);
    Py_XDECREF (text);
    return NULL;
}

static void
close_it (struct handle *h)
{
    guestfs_h *g = h->g;

    h->g = NULL;
    if (g) {
        Py_BEGIN_ALLOW_THREADS
        guestfs_close (g);
        Py_END_ALLOW_THREADS
    }
    Py_CLEAR (h->callbacks);
}

PyObject *
handle_close (PyObject *self, PyObject *unused)
{
    struct handle *h = (struct handle *) self;

    (void) unused;
    if (h->running > 0) {
        PyErr_SetString (PyExc_RuntimeError,
                         "close: a call is running on this handle");
        return NULL;
    }
    close_it (h);
    Py_RETURN_NONE;
}

PyObject *
handle_closed (PyObject *self, PyObject *unused)
{
    (void) unused;
    return PyBool_FromLong (!((struct handle *) self)->g);
}

static PyObject *
handle_new (PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    allocfunc alloc = (allocfunc) PyType_GetSlot (type, Py_tp_alloc);
    struct handle *h;
    int environment = 1;
    int r = 0;

    if (kwargs && PyDict_Size (kwargs) > 0) {
        PyErr_SetString (PyExc_TypeError, "there are no keyword arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple (args, "|p", &environment)
        || !(h = (struct handle *) alloc (type, 0)))
        return NULL;
    h->pid = getpid ();
    h->callbacks = PyDict_New ();
    /* At exit, handles are closed while Python is still there. */
    h->g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT
                                 | GUESTFS_CREATE_NO_CLOSE_ON_EXIT);
    if (h->g) {
        guestfs_set_error_handler (h->g, NULL, NULL);
        r = environment ? guestfs_parse_environment (h->g) : 0;
    }
    if (!h->g)
        PyErr_NoMemory ();
    else if (r < 0)
        handle_raise (h);
    if (!h->g || r < 0 || !h->callbacks)
        Py_CLEAR (h);
    return (PyObject *) h;
}

static int
handle_traverse (PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT (((struct handle *) self)->callbacks);
    Py_VISIT (Py_TYPE (self));
    return 0;
}

/* The collector calls this before it takes anything apart that callbacks
 * may use.  A process that was forked off must not end what is its
 * parent's.
 */
static void
handle_finalize (PyObject *self)
{
    struct handle *h = (struct handle *) self;

    if (h->pid == getpid ())
        close_it (h);
}

static int
handle_clear (PyObject *self)
{
    handle_finalize (self);
    return 0;
}

static void
handle_dealloc (PyObject *self)
{
    PyTypeObject *type = Py_TYPE (self);
    freefunc free_it = (freefunc) PyType_GetSlot (type, Py_tp_free);
    PyObject *type_, *value, *traceback;

    PyObject_GC_UnTrack (self);
    PyErr_Fetch (&type_, &value, &traceback);
    handle_finalize (self);
    PyErr_Restore (type_, value, traceback);
    free_it (self);
    Py_DECREF (type);
}

PyObject *
handle_type (PyMethodDef *methods)
{
    PyType_Slot slots[] = {
        { Py_tp_doc, (void *) "What guestfs.GuestFS is built on." },
        { Py_tp_new, (void *) handle_new },
        { Py_tp_finalize, (void *) handle_finalize },
        { Py_tp_dealloc, (void *) handle_dealloc },
        { Py_tp_traverse, (void *) handle_traverse },
        { Py_tp_clear, (void *) handle_clear },
        { Py_tp_methods, methods },
        { 0, NULL },
    };
    PyType_Spec spec = {
        .name = "libguestfsmod.Handle",
        .basicsize = sizeof (struct handle),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
        .slots = slots,
    };

    return PyType_FromSpec (&spec);
}
