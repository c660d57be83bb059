# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that people use work in a mounted guest as they do elsewhere."""

import hashlib
import os
import pathlib
import subprocess
import unittest

from mounted import AS_OWNER, MountTest, run

MIB = 1 << 20
GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com",
       "-c", "init.defaultBranch=main", "-c", "safe.directory=*"]


def make_tree(top):
    """Some of everything."""
    for i in range(40):
        folder = top / f"dir{i % 4}" / f"sub{i % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"file{i}").write_bytes(os.urandom(i * 997))
    (top / "empty").touch(0o600)
    (top / "program").write_text("#!/bin/sh\nexec echo started\n", "ascii")
    (top / "program").chmod(0o755)
    (top / "symlink").symlink_to("dir0/sub0")
    (top / "dangling").symlink_to("/nowhere/at all")
    os.link(top / "dir1/sub1/file1", top / "hard link")
    os.mkfifo(top / "fifo")
    with open(top / "sparse", "wb") as f:
        f.truncate(50 * MIB)
        f.seek(20 * MIB)
        f.write(b"in the middle")
    os.setxattr(top / "program", "user.comment", b"an attribute")
    os.setxattr(top / "dir2", "user.comment", bytes(range(20)))
    os.utime(top / "dir3", ns=(1, 2))
    os.utime(top / "program", ns=(10 ** 18 + 1, 10 ** 18 + 2))


def describe(top):
    """What must be the same in a copy."""
    inodes = {}
    result = {}
    for path in sorted(pathlib.Path(top).rglob("*")):
        s = path.lstat()
        name = str(path.relative_to(top))
        first = inodes.setdefault(s.st_ino, name)
        result[name] = (
            oct(s.st_mode), s.st_uid, s.st_gid, s.st_mtime_ns, first,
            os.readlink(path) if path.is_symlink() else None,
            sorted((n, os.getxattr(path, n, follow_symlinks=False))
                   for n in os.listxattr(path, follow_symlinks=False)
                   if n.startswith("user.")),
            hashlib.sha256(path.read_bytes()).hexdigest()
            if path.is_file() and not path.is_symlink() else None)
    return result


class Programs(MountTest):
    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        self.tree.mkdir()
        make_tree(self.tree)
        self.mounted = self.mount(self.new_image(512 * MIB), *AS_OWNER)
        self.inside = self.mounted.path

    def tearDown(self):
        self.unmount(self.mounted)

    def assert_same(self, copy):
        self.assertEqual(describe(copy), describe(self.tree))

    def test_cp(self):
        run("cp", "-a", self.tree, self.inside / "copy")
        self.assert_same(self.inside / "copy")
        run("cp", "-a", self.inside / "copy", self.folder / "back")
        self.assert_same(self.folder / "back")
        for copy in (self.inside / "copy", self.folder / "back"):
            self.assertLess(os.stat(copy / "sparse").st_blocks * 512, MIB)

    def test_rsync(self):
        options = ["-aHAX", "--modify-window=-1"]  # nanoseconds, too
        for source, target in ((self.tree, self.inside / "copy"),
                               (self.inside / "copy", self.folder / "back")):
            run("rsync", *options, f"{source}/", target)
            self.assert_same(target)
            left = run("rsync", *options, "-ni", "--delete", "--checksum",
                       f"{source}/", target)
            self.assertEqual(left, "")

    def test_tar(self):
        archive = self.folder / "tree.tar"
        inside = self.inside / "copy"
        inside.mkdir()
        options = ["--xattrs", "--sparse", "--format=pax"]
        run("tar", *options, "-C", self.tree, "-cf", archive, ".")
        run("tar", *options, "-C", inside, "-xpf", archive)
        self.assert_same(inside)
        run("tar", *options, "-C", inside, "-cf", self.inside / "2.tar", ".")
        run("tar", "-C", inside, "--compare", "-f", self.inside / "2.tar")

    def test_git(self):
        origin, clone = self.folder / "origin", self.inside / "clone"
        run(*GIT, "init", "-q", origin)
        for i in range(3):
            (origin / f"file{i}").write_bytes(os.urandom(100000))
            run(*GIT, "-C", origin, "add", ".")
            run(*GIT, "-C", origin, "commit", "-q", "-m", f"commit {i}")
        run(*GIT, "clone", "-q", f"file://{origin}", clone)
        run(*GIT, "-C", clone, "fsck", "--full", "--strict")
        self.assertEqual(run(*GIT, "-C", clone, "status", "--porcelain"), "")
        (clone / "file0").write_text("changed\n", "ascii")
        run(*GIT, "-C", clone, "commit", "-q", "-a", "-m", "changed inside")
        run(*GIT, "-C", clone, "gc", "-q")
        run(*GIT, "-C", clone, "fsck", "--full", "--strict")
        run(*GIT, "-C", clone, "push", "-q", "origin", "HEAD:refs/heads/new")

    def test_fio(self):
        for pattern in ("write", "randwrite", "randrw"):
            run("fio", f"--name={pattern}", f"--rw={pattern}", "--size=24m",
                f"--directory={self.inside}", "--bsrange=512-256k",
                "--verify=crc32c", "--do_verify=1", "--verify_fatal=1",
                "--numjobs=2", "--fsync=64", "--end_fsync=1",
                "--randseed=7", "--fallocate=none",
                cwd=self.folder)

    def test_acls(self):
        path = self.inside / "file"
        path.touch()
        run("setfacl", "-m", "u:1234:rw,g:77:r", path)
        text = run("getfacl", "-n", "--absolute-names", "--omit-header", path)
        self.assertIn("user:1234:rw-", text)
        self.assertIn("group:77:r--", text)
        folder = self.inside / "dir"
        folder.mkdir()
        run("setfacl", "-d", "-m", "u:1234:rwx", folder)
        (folder / "new").touch()
        self.assertIn("user:1234:", run("getfacl", "-n", "--absolute-names",
                                        folder / "new"))

    def test_programs_of_the_guest(self):
        run("cp", "-a", self.tree / "program", self.inside)
        self.assertEqual(run(self.inside / "program"), "started\n")

    def test_sqlite(self):
        """A database with its locks, its journal and its fsyncs."""
        import sqlite3  # pylint: disable=import-outside-toplevel
        for mode in "delete", "wal":
            name = self.inside / f"{mode}.db"
            with sqlite3.connect(name) as db:
                db.execute(f"pragma journal_mode={mode}")
                db.execute("create table t (n integer, b blob)")
                db.executemany("insert into t values (?, ?)",
                               [(i, os.urandom(300)) for i in range(2000)])
            db.close()
            db = sqlite3.connect(name)
            self.assertEqual(db.execute("pragma integrity_check").fetchone(),
                             ("ok",))
            self.assertEqual(db.execute("select sum(n) from t").fetchone(),
                             (1999000,))
            db.close()

    def test_many_processes(self):
        """They write, read and rename at the same time, and none sees
        what another one has."""
        script = """
set -e
d=$1/$2
mkdir "$d"
for i in 1 2 3 4 5 6 7 8 9 10; do
    head -c $((i * 7000)) /dev/urandom >"$d/new"
    sum=$(cksum <"$d/new")
    mv "$d/new" "$d/$i"
    [ "$sum" = "$(cksum <"$d/$i")" ]
    ls -la "$1" >"$d/listing"
    [ "$i" -lt 3 ] || rm "$d/$((i - 2))"
done
"""
        workers = [subprocess.Popen(["sh", "-c", script, "sh", self.inside,
                                     str(i)]) for i in range(8)]
        self.assertEqual([w.wait() for w in workers], [0] * 8)
        for i in range(8):
            self.assertEqual(sorted(os.listdir(self.inside / str(i))),
                             ["10", "9", "listing"])


if __name__ == "__main__":
    unittest.main()
