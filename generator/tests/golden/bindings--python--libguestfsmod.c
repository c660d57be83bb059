/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The extension: a method of Handle for each call. */

#include "handle.h"

#include "convert.h"

static PyObject *
dict_of_point (const struct guestfs_point *s)
{
    PyObject *dict = PyDict_New ();

    if (dict
        && put_field (dict, "x",
                      PyLong_FromLongLong (s->x)) == 0
        && put_field (dict, "y",
                      PyLong_FromUnsignedLongLong (s->y)) == 0
        && put_field (dict, "name",
                      result_const_string (s->name)) == 0
        && put_field (dict, "id",
                      result_bytes_as_string (s->id, sizeof s->id)) == 0
        && put_field (dict, "blob",
                      PyBytes_FromStringAndSize (s->blob, s->blob_len)) == 0
        && put_field (dict, "mark",
                      result_bytes_as_string (&s->mark, 1)) == 0
        && put_field (dict, "part",
                      PyFloat_FromDouble (s->part)) == 0
        )
        return dict;
    Py_XDECREF (dict);
    return NULL;
}

static PyObject *
result_point_list (struct guestfs_point_list *take_list)
{
    PyObject *list = PyList_New (take_list->len);

    for (uint32_t i = 0; list && i < take_list->len; i++) {
        PyObject *dict = dict_of_point (&take_list->val[i]);

        if (!dict)
            Py_CLEAR (list);
        else
            PyList_SetItem (list, i, dict);
    }
    guestfs_free_point_list (take_list);
    return list;
}

static PyObject *
call_fetch (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    const char *path;
    const char *target;
    int r_;

    if (arguments_begin (&a_, "fetch", self_, argv_, argc_, 2) < 0)
        return NULL;
    if (take_string (&a_, "path", &path) < 0)
        goto end;
    if (take_string (&a_, "target", &target) < 0)
        goto end;
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_fetch (a_.g, path, target);
    Py_END_ALLOW_THREADS
    if (r_ == -1) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = result_none ();
end:
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_later (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    const char *path;
    size_t size_;
    char *r_;

    if (arguments_begin (&a_, "later", self_, argv_, argc_, 1) < 0)
        return NULL;
    if (take_string (&a_, "path", &path) < 0)
        goto end;
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_later (a_.g, path, &size_);
    Py_END_ALLOW_THREADS
    if (r_ == NULL) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = result_buffer (r_, size_);
end:
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_mkdisk (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    const char *kind;
    struct guestfs_mkdisk_opts_argv opts_ = { .bitmask = 0 };
    int r_;

    if (arguments_begin (&a_, "mkdisk", self_, argv_, argc_, 2) < 0)
        return NULL;
    if (take_string (&a_, "kind", &kind) < 0)
        goto end;
    if (option_given (&a_)) {
        if (take_int (&a_, "size", &opts_.size) < 0)
            goto end;
        opts_.bitmask |= GUESTFS_MKDISK_OPTS_SIZE_BITMASK;
    }
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_mkdisk_opts_argv (a_.g, kind, &opts_);
    Py_END_ALLOW_THREADS
    if (r_ == -1) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = result_none ();
end:
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_names (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    const char *content;
    size_t content_size;
    char **r_;

    if (arguments_begin (&a_, "names", self_, argv_, argc_, 1) < 0)
        return NULL;
    if (take_buffer (&a_, "content", &content, &content_size) < 0)
        goto end;
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_names (a_.g, content, content_size);
    Py_END_ALLOW_THREADS
    if (r_ == NULL) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = result_hash (r_);
end:
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_open_all (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    const char *s;
    const char *p;
    const char *d;
    const char *m;
    const char *dp;
    const char *mp;
    const char *f;
    const char *u;
    const char *k;
    const char *o;
    const char *b;
    size_t b_size;
    int flag;
    int i;
    int64_t j;
    char *const *list;
    char *const *devices;
    int r_;

    if (arguments_begin (&a_, "open_all", self_, argv_, argc_, 16) < 0)
        return NULL;
    if (take_string (&a_, "s", &s) < 0)
        goto end;
    if (take_string (&a_, "p", &p) < 0)
        goto end;
    if (take_string (&a_, "d", &d) < 0)
        goto end;
    if (take_string (&a_, "m", &m) < 0)
        goto end;
    if (take_string (&a_, "dp", &dp) < 0)
        goto end;
    if (take_string (&a_, "mp", &mp) < 0)
        goto end;
    if (take_string (&a_, "f", &f) < 0)
        goto end;
    if (take_string (&a_, "u", &u) < 0)
        goto end;
    if (take_string (&a_, "k", &k) < 0)
        goto end;
    if (take_optstring (&a_, "o", &o) < 0)
        goto end;
    if (take_buffer (&a_, "b", &b, &b_size) < 0)
        goto end;
    if (take_bool (&a_, "flag", &flag) < 0)
        goto end;
    if (take_int (&a_, "i", &i) < 0)
        goto end;
    if (take_int64 (&a_, "j", &j) < 0)
        goto end;
    if (take_strings (&a_, "list", &list) < 0)
        goto end;
    if (take_strings (&a_, "devices", &devices) < 0)
        goto end;
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_open_all (a_.g, s, p, d, m, dp, mp, f, u, k, o, b, b_size, flag, i, j, list, devices);
    Py_END_ALLOW_THREADS
    if (r_ == -1) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = PyLong_FromLongLong (r_);
end:
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_ping (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    int r_;

    if (arguments_begin (&a_, "ping", self_, argv_, argc_, 0) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_ping (a_.g);
    Py_END_ALLOW_THREADS
    if (r_ == -1) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = result_none ();
end:
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_points (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    struct guestfs_point_list *r_;

    if (arguments_begin (&a_, "points", self_, argv_, argc_, 0) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_points (a_.g);
    Py_END_ALLOW_THREADS
    if (r_ == NULL) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = result_point_list (r_);
end:
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_send (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    const char *source;
    const char *path;
    int r_;

    if (arguments_begin (&a_, "send", self_, argv_, argc_, 2) < 0)
        return NULL;
    if (take_string (&a_, "source", &source) < 0)
        goto end;
    if (take_string (&a_, "path", &path) < 0)
        goto end;
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_send (a_.g, source, path);
    Py_END_ALLOW_THREADS
    if (r_ == -1) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = result_none ();
end:
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_setting (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    const char *r_;

    if (arguments_begin (&a_, "setting", self_, argv_, argc_, 0) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_setting (a_.g);
    Py_END_ALLOW_THREADS
    result_ = result_const_string (r_);
    arguments_end (&a_);
    return result_;
}

static PyObject *
call_tune (PyObject *self_, PyObject *const *argv_, Py_ssize_t argc_)
{
    struct arguments a_;
    PyObject *result_ = NULL;
    const char *device;
    struct guestfs_tune_argv opts_ = { .bitmask = 0 };
    int r_;

    if (arguments_begin (&a_, "tune", self_, argv_, argc_, 6) < 0)
        return NULL;
    if (take_string (&a_, "device", &device) < 0)
        goto end;
    if (option_given (&a_)) {
        if (take_bool (&a_, "quick", &opts_.quick) < 0)
            goto end;
        opts_.bitmask |= GUESTFS_TUNE_QUICK_BITMASK;
    }
    if (option_given (&a_)) {
        if (take_int (&a_, "level", &opts_.level) < 0)
            goto end;
        opts_.bitmask |= GUESTFS_TUNE_LEVEL_BITMASK;
    }
    if (option_given (&a_)) {
        if (take_int64 (&a_, "size", &opts_.size) < 0)
            goto end;
        opts_.bitmask |= GUESTFS_TUNE_SIZE_BITMASK;
    }
    if (option_given (&a_)) {
        if (take_string (&a_, "label", &opts_.label) < 0)
            goto end;
        opts_.bitmask |= GUESTFS_TUNE_LABEL_BITMASK;
    }
    if (option_given (&a_)) {
        if (take_strings (&a_, "names", &opts_.names) < 0)
            goto end;
        opts_.bitmask |= GUESTFS_TUNE_NAMES_BITMASK;
    }
    Py_BEGIN_ALLOW_THREADS
    r_ = guestfs_tune_argv (a_.g, device, &opts_);
    Py_END_ALLOW_THREADS
    if (r_ == -1) {
        handle_raise (a_.handle);
        goto end;
    }
    result_ = result_none ();
end:
    arguments_end (&a_);
    return result_;
}

#define CALL(name)                                                      \
    { #name, (PyCFunction) (void (*) (void)) call_##name, METH_FASTCALL,\
      NULL }

static PyMethodDef methods[] = {
    { "close", handle_close, METH_NOARGS, NULL },
    { "closed", handle_closed, METH_NOARGS, NULL },
    { "set_event_callback", handle_set_event_callback, METH_VARARGS, NULL },
    { "delete_event_callback", handle_delete_event_callback, METH_VARARGS,
      NULL },
    CALL (fetch),
    CALL (later),
    CALL (mkdisk),
    CALL (names),
    CALL (open_all),
    CALL (ping),
    CALL (points),
    CALL (send),
    CALL (setting),
    CALL (tune),
    { NULL, NULL, 0, NULL },
};

static PyMethodDef functions[] = {
    { "event_to_string", event_to_string, METH_VARARGS, NULL },
    { "stop_events", stop_events, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "libguestfsmod",
    .m_doc = "The part of the guestfs module that is written in C.",
    .m_size = -1,
    .m_methods = functions,
};

static int
add_to_module (PyObject *module, const char *name, PyObject *object)
{
    return object ? PyModule_AddObjectRef (module, name, object) : -1;
}

PyMODINIT_FUNC PyInit_libguestfsmod (void);

PyMODINIT_FUNC
PyInit_libguestfsmod (void)
{
    PyObject *module = PyModule_Create (&module_def);
    PyObject *type = handle_type (methods);

    closed_handle_error = PyErr_NewExceptionWithDoc (
        "guestfs.ClosedHandle", "A call was made on a closed handle.",
        PyExc_ValueError, NULL);
    if (!module || add_to_module (module, "Handle", type) < 0
        || add_to_module (module, "ClosedHandle", closed_handle_error) < 0)
        Py_CLEAR (module);
    Py_XDECREF (type);
    return module;
}
