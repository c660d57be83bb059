# SPDX-License-Identifier: LGPL-2.1-or-later
"""Open, inspect and change the disk images of virtual machines.

    import guestfs

    with guestfs.GuestFS(python_return_dict=True) as g:
        g.add_drive("disk.img", format="raw", readonly=True)
        g.launch()
        for device, type in g.list_filesystems().items():
            print(device, type)

A call that fails raises RuntimeError with the message; its attribute errno
is the number of the error, or 0 if there is none.  Calls on a handle that
was closed raise ClosedHandle.  While a call runs, other threads go on; those
that use the same handle wait for each other.

The manual is guestfs(3); help(guestfs.GuestFS) shows all calls.
"""

import atexit
import os
import types
import weakref

import libguestfsmod
from libguestfsmod import ClosedHandle, event_to_string

__version__ = "1.2.3"
__all__ = ["ClosedHandle", "GuestFS", "event_to_string",
           "EVENT_CLOSE",
           "EVENT_SUBPROCESS_QUIT",
           "EVENT_LAUNCH_DONE",
           "EVENT_PROGRESS",
           "EVENT_APPLIANCE",
           "EVENT_LIBRARY",
           "EVENT_TRACE",
           "EVENT_ENTER",
           "EVENT_LIBVIRT_AUTH",
           "EVENT_WARNING",
           "EVENT_ALL"]

# The handle is about to be closed.
EVENT_CLOSE = 0x0001
# The appliance has ended, asked for or not.
EVENT_SUBPROCESS_QUIT = 0x0002
# The appliance is ready.
EVENT_LAUNCH_DONE = 0x0004
# A long call moves on; array: procedure, serial, position, total.
EVENT_PROGRESS = 0x0008
# The appliance wrote on its console; buffer: the bytes.
EVENT_APPLIANCE = 0x0010
# The library has something to say; buffer: the message.
EVENT_LIBRARY = 0x0020
# A call begins or ends, while tracing; buffer: its text.
EVENT_TRACE = 0x0040
# A call begins; buffer: its name.
EVENT_ENTER = 0x0080
# Libvirt asks for credentials; buffer: the URI.
EVENT_LIBVIRT_AUTH = 0x0100
# Something may be wrong; buffer: the message.
EVENT_WARNING = 0x0200
EVENT_ALL = 0x03ff

_to_close_at_exit = weakref.WeakSet()


@atexit.register
def _close_at_exit():
    for g in list(_to_close_at_exit):
        g._close_if_ours()
    libguestfsmod.stop_events()


class GuestFS:
    """A handle: one appliance with its drives.

    As a context manager it is shut down at the end of the block, which
    fails if data could not be written, and closed.
    """

    # For type checkers: GuestFS[dict[str, str]].
    __class_getitem__ = classmethod(types.GenericAlias)

    def __init__(self, python_return_dict=False, environment=True,
                 close_on_exit=True):
        """A new handle.

        With python_return_dict, calls that return a hash return a dict, as
        all new code should want; otherwise a list of pairs.  Without
        environment, variables such as LIBGUESTFS_DEBUG have no effect.
        Without close_on_exit, the handle is not closed when Python exits:
        what was not yet synced is lost then.

        In a process that was forked off, a handle of its parent is never
        closed by itself.
        """
        self._python_return_dict = python_return_dict
        self._pid = os.getpid()
        self._o = libguestfsmod.Handle(environment)
        if close_on_exit:
            _to_close_at_exit.add(self)

    def __enter__(self):
        return self

    def __exit__(self, type, value, traceback):
        try:
            if type is None and not self._o.closed():
                self.shutdown()
        finally:
            self.close()

    def __del__(self):
        self._close_if_ours()

    def __reduce_ex__(self, protocol):
        raise TypeError("a GuestFS handle can't be pickled or copied")

    def _close_if_ours(self):
        # If creating it failed, there is none; if a thread has not come
        # back from a call, it can't be closed.
        if hasattr(self, "_o") and self._pid == os.getpid():
            try:
                self._o.close()
            except RuntimeError:
                pass

    def _hash(self, pairs):
        return dict(pairs) if self._python_return_dict else pairs

    def close(self):
        """Shut the appliance down, and free everything.

        Errors are ignored: call shutdown before, if something was written.
        Closing a handle twice does nothing.  While a call of another
        thread runs, or in a callback, it raises RuntimeError.
        """
        self._o.close()

    def set_event_callback(self, cb, event_bitmask):
        """Call cb(event, event_handle, buf, array) when something happens.

        event_bitmask is an or of EVENT_*.  buf is a text, or None if the
        event has none, array a list of numbers; what is in them depends on
        the event.  Exceptions of the callback are printed, and have no other
        effect.  Returns an event handle.
        """
        return self._o.set_event_callback(cb, event_bitmask)

    def delete_event_callback(self, event_handle):
        """Take back what set_event_callback did.

        If the handle is not one, or not one any more, nothing happens.
        """
        self._o.delete_event_callback(event_handle)

    def fetch(self, path, target):
        """Fetch a file.

        `path` `target`

        Added in version 1.0.
        """
        return self._o.fetch(path, target)

    def later(self, path):
        """Later.

        This call is not implemented yet.

        Added in version 1.6.
        """
        return self._o.later(path)

    def mkdisk(self, kind, size=None):
        """Make a disk.

        `kind` `size`

        Added in version 1.0.
        """
        return self._o.mkdisk(kind, size)

    mkdisk_opts = mkdisk

    def names(self, content):
        """Names by content.

        `content`

        Deprecated: use `points` instead.

        Added in version 1.4.
        """
        return self._hash(self._o.names(content))

    def open_all(self, s, p, d, m, dp, mp, f, u, k, o, b, flag, i, j, list,
                 devices):
        """Take one argument of each kind.

        Takes `s`, `p`, `d`, `m`, `dp`, `mp`, `f`, `u`, `k`, `o`, `b`, `flag`, `i`,
        `j`, `list` and `devices`. See `ping`.

        Added in version 1.0.
        """
        return self._o.open_all(s, p, d, m, dp, mp, f, u, k, o, b, flag, i, j,
                                list, devices)

    def ping(self):
        """Do nothing.

        Waits for the daemon.

        Added in version 1.0.
        """
        return self._o.ping()

    def points(self):
        """All points.

        Returns them.

        Added in version 1.4.
        """
        return self._o.points()

    def send(self, source, path):
        """Send a file.

        `source` `path`

        Added in version 1.0.
        """
        return self._o.send(source, path)

    def setting(self):
        """A setting of the library.

        Returns it.

        Added in version 1.0.
        """
        return self._o.setting()

    def tune(self, device, quick=None, level=None, size=None, label=None,
             names=None):
        """Change a device.

        `device` `quick` `level` `size` `label` `names`

        It depends on the optional group `tuning`.

        Added in version 1.2.
        """
        return self._o.tune(device, quick, level, size, label, names)

