# SPDX-License-Identifier: GPL-2.0-or-later
"""What POSIX and Linux promise of a file system, as checks that work in any
folder: `self.dir`, which is empty at first.
"""

import errno
import fcntl
import mmap
import os
import socket
import stat
import time

import libc

NAME_MAX = 255
# Longer than the steps of a kernel's coarse clock, in seconds.
TICK = 0.03


def write(path, data=b"", flags=os.O_CREAT | os.O_WRONLY):
    fd = os.open(path, flags, 0o666)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)


def opened(path, flags, mode=0o666):
    """A file object without a buffer."""
    return open(os.open(path, flags, mode), "r+b" if flags & os.O_RDWR
                else "wb" if flags & os.O_WRONLY else "rb", buffering=0)


# Each fails: what is done in a folder with the tree of make_tree (), and the
# errno.
FAILURES = [
    (lambda d: os.mkdir(d / "dir"), errno.EEXIST),
    (lambda d: os.mkdir(d / "file"), errno.EEXIST),
    (lambda d: os.mkdir(d / "dangling"), errno.EEXIST),
    (lambda d: os.mkdir(d / "none/new"), errno.ENOENT),
    (lambda d: os.mkdir(d / "file/new"), errno.ENOTDIR),
    (lambda d: os.mkdir(d / ("x" * (NAME_MAX + 1))), errno.ENAMETOOLONG),
    (lambda d: os.mkdir(d / "loop/new"), errno.ELOOP),
    (lambda d: os.rmdir(d / "full"), errno.ENOTEMPTY),
    (lambda d: os.rmdir(d / "file"), errno.ENOTDIR),
    (lambda d: os.rmdir(d / "none"), errno.ENOENT),
    (lambda d: os.rmdir(d / "link-to-dir"), errno.ENOTDIR),
    (lambda d: os.rmdir(f"{d}/dir/."), errno.EINVAL),
    (lambda d: os.unlink(d / "dir"), errno.EISDIR),
    (lambda d: os.unlink(d / "none"), errno.ENOENT),
    (lambda d: os.unlink(d / "file/x"), errno.ENOTDIR),
    (lambda d: os.open(d / "none", os.O_RDONLY), errno.ENOENT),
    (lambda d: os.open(d / "dangling", os.O_RDONLY), errno.ENOENT),
    (lambda d: os.open(d / "loop", os.O_RDONLY), errno.ELOOP),
    (lambda d: os.open(d / "link", os.O_RDONLY | os.O_NOFOLLOW), errno.ELOOP),
    (lambda d: os.open(d / "dir", os.O_WRONLY), errno.EISDIR),
    (lambda d: os.open(d / "file", os.O_RDONLY | os.O_DIRECTORY),
     errno.ENOTDIR),
    (lambda d: os.open(d / "file", os.O_CREAT | os.O_EXCL), errno.EEXIST),
    (lambda d: os.open(d / "dangling", os.O_CREAT | os.O_EXCL),
     errno.EEXIST),
    (lambda d: os.open(d / "none/x", os.O_CREAT), errno.ENOENT),
    (lambda d: os.open(d / "fifo", os.O_WRONLY | os.O_NONBLOCK),
     errno.ENXIO),
    (lambda d: os.link(d / "none", d / "new"), errno.ENOENT),
    (lambda d: os.link(d / "file", d / "dir"), errno.EEXIST),
    (lambda d: os.link(d / "dir", d / "new"), errno.EPERM),
    (lambda d: os.symlink("x", d / "file"), errno.EEXIST),
    (lambda d: os.symlink("x" * 5000, d / "new"), errno.ENAMETOOLONG),
    (lambda d: os.readlink(d / "file"), errno.EINVAL),
    (lambda d: os.rename(d / "none", d / "new"), errno.ENOENT),
    (lambda d: os.rename(d / "file", d / "dir"), errno.EISDIR),
    (lambda d: os.rename(d / "dir", d / "file"), errno.ENOTDIR),
    (lambda d: os.rename(d / "dir", d / "full"), errno.ENOTEMPTY),
    (lambda d: os.rename(d / "full", d / "full/inside"), errno.EINVAL),
    (lambda d: os.rename(d / "file", "/proc/new"), errno.EXDEV),
    (lambda d: os.truncate(d / "dir", 0), errno.EISDIR),
    (lambda d: os.truncate(d / "none", 0), errno.ENOENT),
    (lambda d: os.truncate(d / "file", -1), errno.EINVAL),
    (lambda d: os.chmod(d / "none", 0o600), errno.ENOENT),
    (lambda d: os.utime(d / "none"), errno.ENOENT),
    (lambda d: os.listdir(d / "file"), errno.ENOTDIR),
    (lambda d: os.getxattr(d / "file", "user.none"), errno.ENODATA),
    (lambda d: os.removexattr(d / "file", "user.none"), errno.ENODATA),
    (lambda d: os.setxattr(d / "file", "user.none", b"",
                           os.XATTR_REPLACE), errno.ENODATA),
]


def make_tree(d):
    write(d / "file", b"content")
    os.mkdir(d / "dir")
    os.mkdir(d / "full")
    write(d / "full/inner")
    os.symlink("file", d / "link")
    os.symlink("dir", d / "link-to-dir")
    os.symlink("nowhere", d / "dangling")
    os.symlink("loop", d / "loop")
    os.mkfifo(d / "fifo")


class PosixChecks:
    """Mixed into a unittest.TestCase."""

    # Errors

    def test_failures(self):
        make_tree(self.dir)
        before = sorted(os.listdir(self.dir))
        for number, (action, expected) in enumerate(FAILURES):
            with self.subTest(row=number, line=action.__code__.co_firstlineno):
                with self.assertRaises(OSError) as caught:
                    action(self.dir)
                self.assertEqual(errno.errorcode[caught.exception.errno],
                                 errno.errorcode[expected])
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    # Names and links

    def test_names(self):
        names = ["x" * NAME_MAX, "ü" * (NAME_MAX // 2), "new\nline", " ",
                 "-f", "*", "back\\slash", os.fsdecode(b"\xff\x01\x7f")]
        for name in names:
            write(self.dir / name, os.fsencode(name))
        self.assertEqual(sorted(os.listdir(self.dir)), sorted(names))
        for name in names:
            self.assertEqual((self.dir / name).read_bytes(),
                             os.fsencode(name))

    def test_deep_path(self):
        deep = self.dir
        for _ in range(12):
            deep = deep / ("d" * 200)
            os.mkdir(deep)
        write(deep / "file", b"deep")
        self.assertEqual((deep / "file").read_bytes(), b"deep")

    def test_hard_links(self):
        a, b = self.dir / "a", self.dir / "b"
        write(a, b"one")
        os.link(a, b)
        self.assertEqual(os.stat(a).st_ino, os.stat(b).st_ino)
        self.assertEqual(os.stat(a).st_nlink, 2)
        write(b, b"two")
        self.assertEqual(a.read_bytes(), b"two")
        os.unlink(a)
        self.assertEqual(os.stat(b).st_nlink, 1)
        self.assertEqual(b.read_bytes(), b"two")

    def test_hard_link_to_symlink(self):
        os.symlink("target", self.dir / "link")
        os.link(self.dir / "link", self.dir / "other", follow_symlinks=False)
        self.assertEqual(os.readlink(self.dir / "other"), "target")

    def test_symlinks(self):
        for target in ["relative", "/abs/olute", "../..", "x" * 1000, "é\n"]:
            link = self.dir / "link"
            os.symlink(target, link)
            self.assertEqual(os.readlink(link), target)
            self.assertEqual(os.lstat(link).st_size, len(os.fsencode(target)))
            os.unlink(link)

    def test_directory_links(self):
        before = os.stat(self.dir).st_nlink
        os.mkdir(self.dir / "sub")
        self.assertEqual(os.stat(self.dir).st_nlink, before + 1)
        self.assertEqual(os.stat(self.dir / "sub").st_nlink, 2)
        os.rmdir(self.dir / "sub")
        self.assertEqual(os.stat(self.dir).st_nlink, before)

    def test_special_files(self):
        os.mkfifo(self.dir / "fifo", 0o640)
        with socket.socket(socket.AF_UNIX) as s:
            folder = os.open(self.dir, os.O_RDONLY)
            s.bind(f"/proc/self/fd/{folder}/socket")
            os.close(folder)
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.dir / "fifo").st_mode))
        self.assertTrue(stat.S_ISSOCK(os.lstat(self.dir / "socket").st_mode))

    def test_fifo_works(self):
        os.mkfifo(self.dir / "fifo")
        reader = os.open(self.dir / "fifo", os.O_RDONLY | os.O_NONBLOCK)
        write(self.dir / "fifo", b"through", os.O_WRONLY)
        self.assertEqual(os.read(reader, 100), b"through")
        os.close(reader)

    # Renaming

    def test_rename(self):
        make_tree(self.dir)
        os.rename(self.dir / "file", self.dir / "full/inner")
        self.assertEqual((self.dir / "full/inner").read_bytes(), b"content")
        os.rename(self.dir / "dir", self.dir / "full/dir")
        os.rename(self.dir / "full", self.dir / "new")
        self.assertEqual(sorted(os.listdir(self.dir / "new")),
                         ["dir", "inner"])
        os.rename(self.dir / "new/dir", self.dir / "dir")
        os.mkdir(self.dir / "empty")
        os.rename(self.dir / "new", self.dir / "empty")
        self.assertEqual((self.dir / "empty/inner").read_bytes(), b"content")

    def test_rename_onto_itself(self):
        write(self.dir / "a", b"data")
        os.link(self.dir / "a", self.dir / "b")
        os.rename(self.dir / "a", self.dir / "b")
        self.assertEqual(sorted(os.listdir(self.dir)), ["a", "b"])

    def test_renamed_while_open(self):
        with opened(self.dir / "a", os.O_CREAT | os.O_RDWR) as f:
            os.rename(self.dir / "a", self.dir / "b")
            f.write(b"after")
            write(self.dir / "a", b"another")
            f.seek(0)
            self.assertEqual(f.read(), b"after")
        self.assertEqual((self.dir / "b").read_bytes(), b"after")

    def test_rename_of_parent_of_open_file(self):
        os.mkdir(self.dir / "old")
        with opened(self.dir / "old/file", os.O_CREAT | os.O_RDWR) as f:
            os.rename(self.dir / "old", self.dir / "new")
            f.write(b"x")
            os.fsync(f.fileno())
        self.assertEqual((self.dir / "new/file").read_bytes(), b"x")

    def test_rename_flags(self):
        a, b = self.dir / "a", self.dir / "b"
        write(a, b"a")
        write(b, b"b")
        with self.assertRaises(FileExistsError):
            libc.renameat2(a, b, libc.RENAME_NOREPLACE)
        libc.renameat2(a, b, libc.RENAME_EXCHANGE)
        self.assertEqual((a.read_bytes(), b.read_bytes()), (b"b", b"a"))
        libc.renameat2(a, self.dir / "c", libc.RENAME_NOREPLACE)
        self.assertEqual((self.dir / "c").read_bytes(), b"b")
        with self.assertRaises(FileNotFoundError):
            libc.renameat2(a, b, libc.RENAME_EXCHANGE)

    # Files that are open while they lose their name

    def test_unlinked_while_open(self):
        with opened(self.dir / "file", os.O_CREAT | os.O_RDWR) as f:
            f.write(b"before")
            os.unlink(self.dir / "file")
            f.write(b" and after")
            f.seek(0)
            self.assertEqual(f.read(), b"before and after")
            self.assertEqual(os.fstat(f.fileno()).st_nlink, 0)
            os.ftruncate(f.fileno(), 3)
            os.fchmod(f.fileno(), 0o600)
            self.assertEqual(os.fstat(f.fileno()).st_size, 3)
            write(self.dir / "file", b"another")
            f.seek(0)
            self.assertEqual(f.read(), b"bef")
            self.assertEqual(os.listdir(self.dir), ["file"])

    def test_replaced_while_open(self):
        write(self.dir / "file", b"old")
        with opened(self.dir / "file", os.O_RDONLY) as f:
            write(self.dir / "new", b"new")
            os.rename(self.dir / "new", self.dir / "file")
            self.assertEqual(f.read(), b"old")
        self.assertEqual((self.dir / "file").read_bytes(), b"new")

    def test_folder_removed_while_open(self):
        os.mkdir(self.dir / "sub")
        fd = os.open(self.dir / "sub", os.O_RDONLY)
        os.rmdir(self.dir / "sub")
        self.assertEqual(os.listdir(fd), [])
        with self.assertRaises(FileNotFoundError):
            os.open("new", os.O_CREAT | os.O_WRONLY, dir_fd=fd)
        os.close(fd)

    def test_hard_link_goes_first(self):
        """The name by which a file was opened goes, another stays."""
        write(self.dir / "a", b"data")
        os.link(self.dir / "a", self.dir / "b")
        with opened(self.dir / "a", os.O_RDWR) as f:
            os.unlink(self.dir / "a")
            f.write(b"DATA")
            os.fsync(f.fileno())
            self.assertEqual((self.dir / "b").read_bytes(), b"DATA")
            self.assertEqual(os.fstat(f.fileno()).st_nlink, 1)

    # Content

    def test_append(self):
        write(self.dir / "log", b"one\n")
        flags = os.O_WRONLY | os.O_APPEND
        with opened(self.dir / "log", flags) as a:
            with opened(self.dir / "log", flags) as b:
                a.write(b"two\n")
                b.write(b"three\n")
                a.write(b"four\n")
        self.assertEqual((self.dir / "log").read_bytes(),
                         b"one\ntwo\nthree\nfour\n")

    def test_truncate_on_open(self):
        write(self.dir / "file", b"long content")
        write(self.dir / "file", b"new", os.O_WRONLY | os.O_TRUNC)
        self.assertEqual((self.dir / "file").read_bytes(), b"new")
        write(self.dir / "file", b"", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        self.assertEqual(os.stat(self.dir / "file").st_size, 0)

    def test_truncate(self):
        path = self.dir / "file"
        write(path, b"x" * 10000)
        os.truncate(path, 5001)
        os.truncate(path, 12345)
        self.assertEqual(path.read_bytes(), b"x" * 5001 + bytes(12345 - 5001))
        os.truncate(path, 0)
        self.assertEqual(path.read_bytes(), b"")

    def test_far_away(self):
        """Beyond 4 GiB, sparse."""
        path, offset = self.dir / "far", (5 << 30) + 17
        with opened(path, os.O_CREAT | os.O_RDWR) as f:
            os.pwrite(f.fileno(), b"here", offset)
            os.fsync(f.fileno())
            self.assertEqual(os.pread(f.fileno(), 10, offset - 2),
                             b"\0\0here")
        s = os.stat(path)
        self.assertEqual(s.st_size, offset + 4)
        self.assertLess(s.st_blocks * 512, 1 << 20)

    def test_holes(self):
        path = self.dir / "holes"
        with opened(path, os.O_CREAT | os.O_RDWR) as f:
            fd = f.fileno()
            os.pwrite(fd, b"x" * 65536, 1 << 20)
            os.ftruncate(fd, 4 << 20)
            os.fsync(fd)
            self.assertEqual(os.lseek(fd, 0, os.SEEK_DATA), 1 << 20)
            self.assertEqual(os.lseek(fd, 1 << 20, os.SEEK_HOLE),
                             (1 << 20) + 65536)
            with self.assertRaises(OSError) as caught:
                os.lseek(fd, 2 << 20, os.SEEK_DATA)
            self.assertEqual(caught.exception.errno, errno.ENXIO)

    def test_fallocate(self):
        path = self.dir / "file"
        with opened(path, os.O_CREAT | os.O_RDWR) as f:
            fd = f.fileno()
            os.posix_fallocate(fd, 0, 1 << 20)
            self.assertEqual(os.fstat(fd).st_size, 1 << 20)
            self.assertGreaterEqual(os.fstat(fd).st_blocks * 512, 1 << 20)
            os.pwrite(fd, b"y" * (1 << 20), 0)
            libc.fallocate(fd, libc.PUNCH_HOLE | libc.KEEP_SIZE, 4096, 65536)
            data = os.pread(fd, 1 << 20, 0)
            self.assertEqual(data.find(b"\0"), 4096)
            self.assertEqual(data.count(0), 65536)
            libc.fallocate(fd, libc.KEEP_SIZE, 1 << 20, 1 << 20)
            self.assertEqual(os.fstat(fd).st_size, 1 << 20)
            libc.fallocate(fd, libc.ZERO_RANGE, 0, 4096)
            self.assertEqual(os.pread(fd, 8192, 0), bytes(8192))
            with self.assertRaises(OSError) as caught:
                libc.fallocate(fd, 0, 0, 0)
            self.assertEqual(caught.exception.errno, errno.EINVAL)

    def test_copy_file_range(self):
        write(self.dir / "from", os.urandom(300000))
        with opened(self.dir / "from", os.O_RDONLY) as a:
            with opened(self.dir / "to", os.O_CREAT | os.O_RDWR) as b:
                done = 0
                while done < 300000:
                    n = os.copy_file_range(a.fileno(), b.fileno(),
                                           300000 - done)
                    self.assertGreater(n, 0)
                    done += n
        self.assertEqual((self.dir / "to").read_bytes(),
                         (self.dir / "from").read_bytes())

    def test_mmap(self):
        path = self.dir / "file"
        write(path, b"a" * 20000)
        with opened(path, os.O_RDWR) as f:
            with mmap.mmap(f.fileno(), 20000) as m:
                m[4094:4100] = b"mapped"
                m.flush()
                self.assertEqual(os.pread(f.fileno(), 6, 4094), b"mapped")
                os.pwrite(f.fileno(), b"written", 10000)
                self.assertEqual(m[10000:10007], b"written")
        self.assertEqual(path.read_bytes()[4094:4100], b"mapped")

    def test_direct_io(self):
        path = self.dir / "file"
        buffer = mmap.mmap(-1, 1 << 20)
        buffer.write(os.urandom(1 << 20))
        fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_DIRECT)
        self.assertEqual(os.writev(fd, [buffer]), 1 << 20)
        self.assertEqual(path.read_bytes(), buffer[:])
        os.close(fd)

    def test_locks(self):
        write(self.dir / "file")
        with opened(self.dir / "file", os.O_RDWR) as a:
            with opened(self.dir / "file", os.O_RDWR) as b:
                fcntl.flock(a, fcntl.LOCK_EX)
                with self.assertRaises(BlockingIOError):
                    fcntl.flock(b, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(a, fcntl.LOCK_UN)
                fcntl.flock(b, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.lockf(b, fcntl.LOCK_EX | fcntl.LOCK_NB)

    # Attributes

    def test_modes(self):
        write(self.dir / "file")
        for mode in [0o600, 0o7777, 0o0, 0o755]:
            os.chmod(self.dir / "file", mode)
            self.assertEqual(stat.S_IMODE(os.stat(self.dir / "file").st_mode),
                             mode)
        os.mkdir(self.dir / "dir")
        os.chmod(self.dir / "dir", 0o1777)
        self.assertEqual(stat.S_IMODE(os.stat(self.dir / "dir").st_mode),
                         0o1777)

    def test_umask(self):
        before = os.umask(0o027)
        try:
            write(self.dir / "file")
            os.mkdir(self.dir / "dir")
            os.mkfifo(self.dir / "fifo")
        finally:
            os.umask(before)
        modes = [stat.S_IMODE(os.stat(self.dir / name).st_mode)
                 for name in ("file", "dir", "fifo")]
        self.assertEqual(modes, [0o640, 0o750, 0o640])

    def test_created_read_only(self):
        fd = os.open(self.dir / "file", os.O_CREAT | os.O_RDWR, 0o400)
        os.write(fd, b"still writable")
        os.close(fd)
        self.assertEqual((self.dir / "file").read_bytes(), b"still writable")

    def test_write_clears_setuid(self):
        """For all but root."""
        path = self.dir / "file"
        write(path, b"x")
        os.chmod(path, 0o6777)
        write(path, b"y", os.O_WRONLY)
        kept = stat.S_IMODE(os.stat(path).st_mode) == 0o6777
        self.assertEqual(kept, os.geteuid() == 0)

    def test_times(self):
        path = self.dir / "file"
        write(path)
        for ns in [(1, 2), (1234567890123456789, 987654321987654321),
                   (-10 ** 9, -1), (4 * 10 ** 18, 4 * 10 ** 18 + 1)]:
            os.utime(path, ns=ns)
            s = os.stat(path)
            self.assertEqual((s.st_atime_ns, s.st_mtime_ns), ns)
        os.symlink("none", self.dir / "link")
        os.utime(self.dir / "link", ns=(5, 6), follow_symlinks=False)
        self.assertEqual(os.lstat(self.dir / "link").st_mtime_ns, 6)
        before = time.time_ns()
        os.utime(path)
        self.assertLess(abs(os.stat(path).st_mtime_ns - before), 10 ** 10)

    def changes(self, path, action):
        """Which of mtime and ctime the action has changed."""
        before = os.stat(path)
        time.sleep(TICK)
        action()
        after = os.stat(path)
        return ("m" * (after.st_mtime_ns > before.st_mtime_ns)
                + "c" * (after.st_ctime_ns > before.st_ctime_ns))

    def test_changes_of_files(self):
        path = self.dir / "file"
        write(path, b"x")
        for action, expected in [
                (lambda: write(path, b"y"), "mc"),
                (lambda: os.truncate(path, 0), "mc"),
                (lambda: os.truncate(path, 5), "mc"),
                (lambda: os.chmod(path, 0o600), "c"),
                (lambda: os.setxattr(path, "user.a", b"b"), "c"),
                (lambda: os.link(path, self.dir / "link"), "c"),
                (lambda: os.unlink(self.dir / "link"), "c"),
                (path.read_bytes, "")]:
            with self.subTest(line=action.__code__.co_firstlineno):
                self.assertEqual(self.changes(path, action), expected)

    def test_changes_of_folders(self):
        d = self.dir / "dir"
        os.mkdir(d)
        for action in [
                lambda: write(d / "a"), lambda: os.mkdir(d / "b"),
                lambda: os.symlink("x", d / "c"),
                lambda: os.link(d / "a", d / "d"),
                lambda: os.rename(d / "a", d / "e"),
                lambda: os.unlink(d / "e"), lambda: os.rmdir(d / "b"),
                lambda: os.mkfifo(d / "f")]:
            with self.subTest(line=action.__code__.co_firstlineno,
                              code=action.__code__.co_names):
                self.assertEqual(self.changes(d, action), "mc")
        self.assertEqual(self.changes(d, lambda: write(d / "d", b"x")), "")

    def test_xattrs(self):
        path = self.dir / "file"
        write(path)
        values = {"user.empty": b"", "user.bytes": bytes(range(256)),
                  "user." + "n" * 200: b"long name", "user.big": b"x" * 3000}
        for name, value in values.items():
            os.setxattr(path, name, value)
        self.assertEqual({n: os.getxattr(path, n)
                          for n in os.listxattr(path)
                          if n.startswith("user.")}, values)
        os.setxattr(path, "user.big", b"new", os.XATTR_REPLACE)
        with self.assertRaises(FileExistsError):
            os.setxattr(path, "user.big", b"", os.XATTR_CREATE)
        os.removexattr(path, "user.bytes")
        self.assertNotIn("user.bytes", os.listxattr(path))
        os.setxattr(self.dir, "user.folder", b"1")
        self.assertEqual(os.getxattr(self.dir, "user.folder"), b"1")

    # Folders

    def test_directory_streams(self):
        names = {f"entry{i:04}" for i in range(3000)}
        for name in names:
            write(self.dir / name)
        self.assertEqual(set(os.listdir(self.dir)), names)
        kinds = {e.name: (e.is_file(follow_symlinks=False), e.inode())
                 for e in os.scandir(self.dir)}
        for name in ("entry0000", "entry2999"):
            self.assertEqual(kinds[name],
                             (True, os.stat(self.dir / name).st_ino))

    def test_seekdir(self):
        for i in range(500):
            write(self.dir / str(i))
        with libc.DirectoryStream(self.dir) as stream:
            first = [stream.read() for _ in range(100)]
            place = stream.tell()
            rest = list(stream)
            stream.seek(place)
            self.assertEqual(list(stream), rest)
            stream.rewind()
            self.assertEqual(list(stream), first + rest)
        self.assertEqual(len(set(first + rest)), 502)

    def test_removal_while_reading(self):
        for i in range(2000):
            write(self.dir / str(i))
        for entry in os.scandir(self.dir):
            os.unlink(entry.path)
        self.assertEqual(os.listdir(self.dir), [])

    def test_dot_dot(self):
        os.mkdir(self.dir / "a")
        os.mkdir(self.dir / "a/b")
        os.rename(self.dir / "a/b", self.dir / "b")
        self.assertEqual(os.stat(self.dir / "b/..").st_ino,
                         os.stat(self.dir).st_ino)
