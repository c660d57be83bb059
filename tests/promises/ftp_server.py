# SPDX-License-Identifier: GPL-2.0-or-later
"""A tiny FTP server (RFC 959, 2428, 3659): files to read, from anywhere."""

import contextlib
import socket
import threading
import time

from servers import LOOPBACK


class Session:
    """One connection.  The method for a command is named after it, and
    returns what is answered."""

    def __init__(self, server, connection):
        self.server, self.connection = server, connection
        self.user, self.logged_in = None, False
        self.offset, self.listener = 0, None

    def run(self):
        lines = self.connection.makefile("r", encoding="utf-8", newline="\r\n")
        self.say("220 welcome")
        for line in lines:
            name, _, argument = line.rstrip("\r\n").partition(" ")
            method = getattr(self, "on_" + name.lower(), None)
            self.server.commands.append(name)
            if name in ("SIZE", "RETR", "EPSV", "PASV") and not self.logged_in:
                self.say("530 log in first")
            else:
                self.say(method(argument) if method else "502 no such command")

    def say(self, line):
        self.connection.sendall(line.encode() + b"\r\n")

    def on_user(self, name):
        self.user = name
        return "331 password?"

    def on_pass(self, password):
        allowed = self.server.login
        self.logged_in = allowed in (None, (self.user, password))
        return "230 fine" if self.logged_in else "530 no"

    def on_pwd(self, _):
        return '257 "/"'

    def on_cwd(self, _):
        return "250 fine"

    def on_type(self, _):
        return "200 fine"

    def on_size(self, name):
        data = self.server.files.get(name)
        return "550 no such file" if data is None else f"213 {len(data)}"

    def listen(self):
        self.close()
        self.listener = socket.create_server((LOOPBACK, 0))
        return self.listener.getsockname()[1]

    def close(self):
        if self.listener:
            self.listener.close()

    def on_epsv(self, _):
        return f"229 ok (|||{self.listen()}|)"

    def on_pasv(self, _):
        port = self.listen()
        return f"227 ok (127,0,0,1,{port >> 8},{port & 255})"

    def on_rest(self, offset):
        if not self.server.has_ranges:
            return "502 only whole files"
        self.offset = int(offset)
        return "350 fine"

    def on_retr(self, name):
        data = self.server.files.get(name)
        if data is None:
            return "550 no such file"
        self.say("150 here it comes")
        with self.listener, self.listener.accept()[0] as connection:
            # The client goes when it has enough.
            with contextlib.suppress(OSError):
                connection.sendall(data[self.offset:])
        self.offset = 0
        return "226 done"

    def on_quit(self, _):
        return "221 bye"


class Ftp:
    """Files are bytes by name, relative to the folder that one is in first;
    login is a pair of user and password, or None for everybody.  The first
    connection is served after delay seconds."""

    def __init__(self, test, files, login=None, has_ranges=True,
                 delay=0):
        self.delay = delay
        self.files, self.login, self.has_ranges = files, login, has_ranges
        self.commands = []
        self.socket = socket.create_server((LOOPBACK, 0))
        self.port = self.socket.getsockname()[1]
        self.connections, self.threads = [], []
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()
        test.addCleanup(self.stop)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self.socket.accept()[0]
                time.sleep(self.delay)
                self.delay = 0
                self.connections.append(connection)
                thread = threading.Thread(target=self.serve,
                                          args=[connection])
                thread.start()
                self.threads.append(thread)

    def serve(self, connection):
        session = Session(self, connection)
        with (connection, contextlib.closing(session),
              contextlib.suppress(OSError)):
            session.run()

    def stop(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        self.socket.close()
