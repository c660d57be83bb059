/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events: from the library to Python callbacks. */

#include "handle.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static PyObject *
list_of_numbers (const uint64_t *array, size_t array_len)
{
    PyObject *list = PyList_New ((Py_ssize_t) array_len);

    for (size_t i = 0; list && i < array_len; i++) {
        PyObject *number = PyLong_FromUnsignedLongLong (array[i]);

        if (!number)
            Py_CLEAR (list);
        else
            PyList_SetItem (list, (Py_ssize_t) i, number);
    }
    return list;
}

static PyObject *
text_or_none (const char *buf, size_t buf_len)
{
    if (!buf)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8 (buf, (Py_ssize_t) buf_len, "replace");
}

/* Threads of daemons, and handles that are closed when the program ends,
 * have events when there is no interpreter any more, and asking it for the
 * GIL would crash.  So events are stopped at the interpreter's exit, while
 * it is still whole.
 */
static atomic_bool stopped;
static atomic_int entering; /* threads that ask for the GIL just now */

static bool
enter_python (PyGILState_STATE *ret)
{
    bool entered = false;

    atomic_fetch_add (&entering, 1);
    if (!atomic_load (&stopped)) {
        *ret = PyGILState_Ensure ();
        entered = true;
    }
    atomic_fetch_sub (&entering, 1);
    return entered;
}

PyObject *
stop_events (PyObject *module, PyObject *unused)
{
    (void) module;
    (void) unused;
    atomic_store (&stopped, true);
    Py_BEGIN_ALLOW_THREADS
    while (atomic_load (&entering) > 0)
        sched_yield ();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* The library calls this in a thread that does not hold the GIL.  There is
 * nobody to whom an exception could be raised: it is printed.
 */
static void
call_python (guestfs_h *g, void *opaque, uint64_t event, int event_handle,
             int flags, const char *buf, size_t buf_len,
             const uint64_t *array, size_t array_len)
{
    PyObject *callback = opaque;
    PyObject *text, *numbers, *result = NULL;
    PyGILState_STATE gil;

    (void) g;
    (void) flags;
    if (!enter_python (&gil))
        return;
    text = text_or_none (buf, buf_len);
    numbers = list_of_numbers (array, array_len);
    /* It may delete itself. */
    Py_INCREF (callback);
    if (text && numbers)
        result = PyObject_CallFunction (callback, "KiOO",
                                        (unsigned long long) event,
                                        event_handle, text, numbers);
    if (!result)
        PyErr_WriteUnraisable (callback);
    Py_XDECREF (result);
    Py_XDECREF (numbers);
    Py_XDECREF (text);
    Py_DECREF (callback);
    PyGILState_Release (gil);
}

static int
keep_callback (struct handle *h, int event_handle, PyObject *callback)
{
    PyObject *key = PyLong_FromLong (event_handle);
    int r = key ? PyDict_SetItem (h->callbacks, key, callback) : -1;

    Py_XDECREF (key);
    return r;
}

/* When this returns, no thread is in the callback but perhaps this one. */
static void
delete_callback (struct handle *h, int event_handle)
{
    Py_BEGIN_ALLOW_THREADS
    guestfs_delete_event_callback (h->g, event_handle);
    Py_END_ALLOW_THREADS
}

PyObject *
handle_set_event_callback (PyObject *self, PyObject *args)
{
    struct handle *h = (struct handle *) self;
    unsigned long long events;
    PyObject *callback;
    PyObject *result = NULL;
    int event_handle;

    if (!PyArg_ParseTuple (args, "OK", &callback, &events))
        return NULL;
    if (!PyCallable_Check (callback)) {
        PyErr_SetString (PyExc_TypeError,
                         "set_event_callback: the callback can't be called");
        return NULL;
    }
    if (handle_enter (h, "set_event_callback") < 0)
        return NULL;
    Py_INCREF (callback);
    Py_BEGIN_ALLOW_THREADS
    event_handle = guestfs_set_event_callback (h->g, call_python, events, 0,
                                               callback);
    Py_END_ALLOW_THREADS
    if (event_handle < 0)
        handle_raise (h);
    else if (keep_callback (h, event_handle, callback) == 0)
        result = PyLong_FromLong (event_handle);
    else
        delete_callback (h, event_handle);
    Py_DECREF (callback);
    handle_leave (h);
    return result;
}

PyObject *
handle_delete_event_callback (PyObject *self, PyObject *args)
{
    struct handle *h = (struct handle *) self;
    int event_handle;
    PyObject *key, *callback;

    if (!PyArg_ParseTuple (args, "i", &event_handle)
        || handle_enter (h, "delete_event_callback") < 0)
        return NULL;
    key = PyLong_FromLong (event_handle);
    callback = key ? PyDict_GetItemWithError (h->callbacks, key) : NULL;
    if (callback) {
        /* Forgotten first, since as soon as the library has deleted it
         * another thread may be given the same handle; alive to the end.
         */
        Py_INCREF (callback);
        PyDict_DelItem (h->callbacks, key);
        delete_callback (h, event_handle);
        Py_DECREF (callback);
    }
    Py_XDECREF (key);
    handle_leave (h);
    if (PyErr_Occurred ())
        return NULL;
    Py_RETURN_NONE;
}

PyObject *
event_to_string (PyObject *module, PyObject *args)
{
    unsigned long long events;
    PyObject *result;
    char *text;

    (void) module;
    if (!PyArg_ParseTuple (args, "K", &events))
        return NULL;
    text = guestfs_event_to_string (events);
    if (!text)
        return PyErr_NoMemory ();
    result = PyUnicode_FromString (text);
    free (text);
    return result;
}
