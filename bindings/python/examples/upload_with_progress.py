#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Copy a local file into a disk image, with a progress bar; ^C cancels.

usage: upload_with_progress.py IMAGE DEVICE FILE REMOTE-FILE
"""

import signal
import sys
import threading

import guestfs

WIDTH = 50


def show_progress(event, event_handle, buf, array):
    position, total = array[2:4]
    done = WIDTH * position // total
    print("\r[" + "#" * done + "-" * (WIDTH - done) + "]", end="",
          file=sys.stderr, flush=True)


def upload(image, device, file, remote):
    with guestfs.GuestFS(python_return_dict=True) as g:
        g.add_drive(image)
        g.launch()
        g.mount(device, "/")
        g.set_event_callback(show_progress, guestfs.EVENT_PROGRESS)
        # Python handles signals in its first thread, between its own steps:
        # the call that may take long runs in another one.
        signal.signal(signal.SIGINT, lambda *args: g.user_cancel())
        thread = threading.Thread(target=g.upload, args=(file, remote))
        thread.start()
        thread.join()
        print(file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    upload(*sys.argv[1:])
