#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of guestfs-confine: its promises, its errors, and that nothing is
left behind.  TAP output.

usage: test-confine.py CONFINE WEAKENED BREAKER

WEAKENED is guestfs-confine built with CONFINE_CAN_BE_WEAKENED; BREAKER is
promise-breaker.  As root, everything is done as user nobody too.
"""

import contextlib
import ctypes
import errno
import os
import pathlib
import pwd
import re
import signal
import socket
import struct
import subprocess
import sys
import time

from confined import (MEMORY, TIMEOUT, Run, Tap, User, World, alive, gone,
                      hold, wait_hold)

KERNEL = "/usr/bin/linux.uml"
STORAGE_DAEMON = "/usr/bin/qemu-storage-daemon"
QEMU = f"/usr/bin/qemu-system-{os.uname().machine}"
NETWORKED = "network", "remote-storage"  # the host's network is theirs
NAMESPACES = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"]


# What the outside sees of a confined program.

def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(re.findall(r"(\w+):\s*(.*)", text))


def outside_view(world, pid, profile):
    """Promises by name: "" where they are kept, or what breaks them."""
    def differ(name):
        return (os.readlink(f"/proc/{pid}/ns/{name}")
                != os.readlink(f"/proc/self/ns/{name}"))

    status = status_of(pid)
    result = {f"{name} namespace of its own": "" if differ(name) else "shared"
              for name in NAMESPACES if name != "net" or profile not in NETWORKED}
    capabilities = [k for k in status if k.startswith("Cap")
                    and int(status[k], 16) != 0]
    result["no capabilities"] = ",".join(capabilities)
    result["no new privileges"] = "" if status["NoNewPrivs"] == "1" else "no"
    result["a system call filter"] = "" if status["Seccomp"] == "2" else "no"
    result["its own session"] = ("" if os.getsid(pid) == pid
                                 else f"session {os.getsid(pid)}")
    ids = pathlib.Path(f"/proc/{pid}/uid_map").read_text().split()
    result["only one user exists"] = (
        "" if ids == [str(world.user.uid)] * 2 + ["1"] else " ".join(ids))
    devices = re.findall(r"^\s*(\w+):",
                         pathlib.Path(f"/proc/{pid}/net/dev").read_text(),
                         re.MULTILINE)
    if profile not in NETWORKED:
        result["no network interfaces"] = "".join(d for d in devices
                                                  if d != "lo")
    result["mounts are read-only and nosuid"] = bad_mounts(pid)
    return result


def bad_mounts(pid):
    bad = []
    for line in pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines():
        fields = line.split()
        point, options = fields[4], fields[5].split(",")
        if "nosuid" not in options:
            bad.append(f"{point} suid")
        if "ro" not in options and point not in ("/dev/shm", "/run"):
            bad.append(f"{point} writable")
    return " ".join(bad[:10])


# The promises.

def break_promises(world, *, helper=None, options=(), profile="uml"):
    """Run the promise breaker.  Returns promises by name: "" if kept."""
    with contextlib.ExitStack() as stack:
        def opened(path, flags):
            fd = os.open(path, flags)
            stack.callback(os.close, fd)
            return fd

        ro, rw = opened(world.ro, os.O_RDONLY), opened(world.rw, os.O_RDWR)
        given = opened(world.socket_path, os.O_PATH)
        unpassed = opened(world.secret, os.O_RDONLY)
        watch = os.pidfd_open(os.getpid())
        stack.callback(os.close, watch)
        our_end, hold_end = socket.socketpair()
        stack.enter_context(our_end)
        stack.enter_context(hold_end)
        # A process group that a signal may go to, with a bystander in it.
        bystander = stack.enter_context(
            subprocess.Popen(["sleep", "1000"], process_group=0,
                             **world.user.options))
        stack.callback(bystander.kill)

        keep = [given, hold_end.fileno()]
        arguments = [
            f"profile={profile}", f"memory={MEMORY}", f"ro={ro}", f"rw={rw}",
            f"given-socket={given}", f"hold={hold_end.fileno()}",
            "fds=" + " ".join(map(str, [ro, rw, *keep])),
            f"secret={world.secret}", f"socket={world.socket_path}",
            f"abstract=@{world.abstract_name}",
            f"host-pid={bystander.pid}"]
        run = stack.enter_context(Run(
            world, world.breaker, arguments, helper=helper, profile=profile,
            options=[f"--watch={watch}", *options], keep=keep,
            disks=[(ro, "ro"), (rw, "rw")], pass_fds=[watch, unpassed],
            process_group=bystander.pid))
        pid = run.pid()
        total = int(run.output_until("1..").split("..")[1])
        result = outside_view(world, pid, profile)
        if profile == "uml":
            cpus = os.sched_getaffinity(pid)
            result["it stays on one processor"] = (
                "" if len(cpus) == 1 else f"it may run on {cpus}")
        result |= parse_tap(run, total)
        result["signals to the group stay inside"] = (
            "" if bystander.poll() is None and run.process.poll() is None
            else "somebody was hit")
        changed = (pathlib.Path(world.ro).read_bytes()
                   != b"read-only " * 1000)
        if changed:
            result["a read-only disk can't be changed"] += "; it has changed"
            world.file("ro.img", b"read-only " * 1000, 0o600)
        return result


def parse_tap(run, total):
    """What the breaker says, as far as it gets: "" for kept promises."""
    result, name, count = {}, None, 0
    while count < total or (name and result[name] is None):
        line = run.output_line().rstrip("\n")
        if not line:
            break
        match = re.match(r"(not )?ok \d+ - (.*)", line)
        if match:
            name = match[2]
            result[name] = None if match[1] else ""
            count += 1
        elif line.startswith("# ") and name:
            result[name] = line[2:]
    return result


# What is not promised of a QEMU of the user's own, appliance/README.md.
FOREIGN_MAY = {
    "files of the host can't be read", "the view has nothing else in it",
    "files of /proc can't be read", "the environment is clean",
    "nothing else can be executed", "dangerous system calls are refused",
    "dangerous arguments are refused",
}


def test_promises(tap, world):
    for profile in "uml", "storage", "qemu", *NETWORKED, "qemu-foreign":
        result = break_promises(world, profile=profile)
        for name, broken in result.items():
            if profile == "qemu-foreign" and name in FOREIGN_MAY:
                continue
            tap.ok(not broken, f"{world.user.name}, {profile}: {name}",
                   broken)


# Without a mechanism its promise must be seen broken, or the test above
# would prove nothing.  What a second mechanism keeps as well is in the third
# column: it must not be seen broken yet.
RO_DISK = "a read-only disk can't be changed"
MUTATIONS = [
    ("view,landlock", ["files of the host can't be read",
                       "the view has nothing else in it",
                       "mounts are read-only and nosuid",
                       "sockets of the host can't be reached"], []),
    ("landlock", ["files of /proc can't be read",
                  "nothing else can be executed"],
     [RO_DISK, "the view can't be written",
      "signals to the group stay inside"]),
    ("read-only-disks", [], [RO_DISK]),
    ("landlock,read-only-disks,disk-check", [RO_DISK], []),
    ("seccomp", ["dangerous system calls are refused",
                 "dangerous arguments are refused",
                 "other ABIs are refused",
                 "only the sockets it needs can be made",
                 "namespaces can't be made",
                 "a system call filter"],
     ["files of the host can't be read",
      "the host's name is hidden", "device nodes can't be made"]),
    ("seccomp,capabilities,landlock", ["mounts can't be changed"], []),
    ("capabilities", ["no capabilities"], ["mounts can't be changed"]),
    ("descriptors", ["no other descriptors are open"], []),
    ("stdin", ["stdin is empty"], []),
    ("environment", ["the environment is clean"], []),
    ("limits", ["resources are limited"], []),
    *([("processor", ["it stays on one processor"], [])]
      if len(os.sched_getaffinity(0)) > 1 else []),
    ("session", ["its own session"], ["signals to the group stay inside"]),
    ("session,landlock", ["signals to the group stay inside"], []),
    ("pid,view,landlock", ["no other processes can be seen",
                           "processes of the host can't be reached",
                           "pid namespace of its own"], []),
    ("net", ["net namespace of its own"],
     ["sockets of the host can't be reached"]),
    ("net,landlock", ["sockets of the host can't be reached"], []),
    ("uts", ["the host's name is hidden", "uts namespace of its own"], []),
    ("ipc", ["ipc namespace of its own"], []),
    ("cgroup", ["cgroup namespace of its own"], []),
    ("no-new-privs,seccomp,landlock", ["no new privileges"], []),
]


# What is different for those that have a network.
NETWORK_MUTATIONS = [
    ("view,landlock", ["files of the host can't be read"],
     ["the view has nothing else in it"]),
    ("view,landlock,seccomp", ["the view has nothing else in it"], []),
]

# The other one may list folders.
REMOTE_MUTATIONS = [
    ("view,landlock", ["files of the host can't be read",
                       "the view has nothing else in it"], []),
]

NETWORKED_MUTATIONS = [
    ("seccomp", ["only the sockets it needs can be made",
                 "nobody can connect to it",
                 "dangerous system calls are refused"],
     ["files of the host can't be read",
      "sockets of the host can't be reached"]),
    ("seccomp,landlock", ["sockets of the host can't be reached"], []),
]


# And for QEMU.
QEMU_MUTATIONS = [
    ("view,landlock", ["files of the host can't be read"],
     ["sockets of the host can't be reached",
      "nothing else can be executed"]),
    ("view,landlock,seccomp", ["sockets of the host can't be reached",
                               "the view has nothing else in it",
                               "nothing else can be executed"], []),
    ("landlock", ["files of /proc can't be read"],
     [RO_DISK, "the view can't be written"]),
    ("read-only-disks", [], [RO_DISK]),
    ("landlock,read-only-disks,disk-check", [RO_DISK], []),
    ("seccomp", ["dangerous system calls are refused",
                 "dangerous arguments are refused",
                 "only the sockets it needs can be made",
                 "namespaces can't be made"],
     ["files of the host can't be read",
      "sockets of the host can't be reached"]),
    ("descriptors", ["no other descriptors are open"], []),
]


def has_landlock():
    """ABI 6 or younger: it scopes sockets and signals."""
    libc = ctypes.CDLL(None)
    return libc.syscall(444, None, 0, 1) >= 6  # landlock_create_ruleset


def test_mutations(tap, world):
    test_some_mutations(tap, world, "uml", MUTATIONS)
    test_some_mutations(tap, world, "qemu", QEMU_MUTATIONS)
    test_some_mutations(tap, world, "network", NETWORK_MUTATIONS)
    test_some_mutations(tap, world, "remote-storage", REMOTE_MUTATIONS)
    for profile in NETWORKED:
        test_some_mutations(tap, world, profile, NETWORKED_MUTATIONS)


def test_some_mutations(tap, world, profile, mutations):
    for without, broken, kept in mutations:
        result = break_promises(world, helper=world.weakened,
                                options=[f"--without={without}"],
                                profile=profile)
        name = f"{world.user.name}, {profile} without {without}"
        for promise in broken:
            tap.ok(bool(result.get(promise)),
                   f"{name}: seen broken: {promise}")
        for promise in kept:
            if not has_landlock():
                tap.skip(f"{name}: kept: {promise}", "no Landlock, ABI 6")
                continue
            tap.ok(result.get(promise) == "", f"{name}: kept: {promise}",
                   result.get(promise))


# Control socket, signals, death.

def test_exit(tap, world):
    with hold(world) as run:
        wait_hold(run)
        run.hold.send(b"\x07")
        tap.ok(run.control_lines() == ["exit 7"], "exit status is told")
        tap.ok(run.process.wait(TIMEOUT) == 7, "exit status is passed on")


def test_signal(tap, world):
    with hold(world) as run:
        pids = wait_hold(run)
        tap.ok(len(pids) == 2, "the confined program has a child")
        os.kill(pids[0], signal.SIGKILL)
        tap.ok(run.control_lines() == ["signal 9"], "a signal is told")
        tap.ok(run.process.wait(TIMEOUT) == 128 + 9, "as shells do, 137")
        tap.ok(gone(pids), "killed: its child is gone too")


def test_terminal_signals(tap, world):
    with hold(world) as run:
        pids = wait_hold(run)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM,
                       signal.SIGQUIT, signal.SIGTSTP):
            os.kill(run.process.pid, number)
        time.sleep(0.05)
        tap.ok(all(map(alive, [run.process.pid, *pids])),
               "the terminal's signals are ignored")


def test_control_closed(tap, world):
    with hold(world) as run:
        pids = wait_hold(run)
        run.control.close()
        run.process.wait(TIMEOUT)
        tap.ok(not any(map(alive, pids)),
               "control socket closed: all gone when the helper has ended")


def test_grace(tap, world):
    for name, status, arguments, options in (
            ("no grace: killed", 137, ["sigterm=3"], []),
            ("grace: ends by itself", 3, ["sigterm=3"], ["--grace=10000"]),
            ("grace is over: killed", 137, [], ["--grace=1"])):
        with hold(world, *arguments, options=options) as run:
            pids = wait_hold(run)
            run.control.close()
            ended = run.process.wait(TIMEOUT)
            tap.ok(ended == status and not any(map(alive, pids)), name, ended)
    test_error(tap, "no endless grace",
               hold(world, options=["--grace=10001"]), "EINVAL", "10000")


def test_supervisor_killed(tap, world):
    with hold(world) as run:
        pids = wait_hold(run)
        run.process.kill()
        tap.ok(gone(pids), "supervisor killed: nothing is left")


def library(world, watched, report):
    """A process that starts the helper and then hangs."""
    watch = os.pidfd_open(os.getpid())
    run = hold(world, pass_fds=[watch] if watched else [],
                    options=[f"--watch={watch}"] if watched else [])
    pids = [run.process.pid, *wait_hold(run)]
    socket.send_fds(report, [" ".join(map(str, pids)).encode()],
                    [run.control.fileno()])
    time.sleep(1000)


def test_library_killed(tap, world):
    for watched, shared in (False, False), (True, False), (True, True):
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            ours.close()
            try:
                library(world, watched, theirs)
            finally:
                os._exit(1)
        theirs.close()
        ours.settimeout(TIMEOUT)
        text, fds, _, _ = socket.recv_fds(ours, 1000, 1)
        if not shared:
            os.close(fds.pop())
        pids = [int(p) for p in text.split()]
        name = (f"library{', watched' if watched else ''}"
                f"{', its socket is shared' if shared else ''}")
        tap.ok(len(pids) == 3 and all(map(alive, pids)), f"{name}: running")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        tap.ok(gone(pids), f"{name}, killed: nothing is left")
        for fd in fds:
            os.close(fd)
        ours.close()


# Errors.

def test_error(tap, name, run, errname, *words):
    with run:
        lines = run.control_lines()
        status = run.process.wait(TIMEOUT)
    last = lines[-1] if lines else ""
    good = (last.startswith(f"error {errname} ")
            and all(w in last for w in words) and status == 1
            and not any(l.startswith(("exit", "signal")) for l in lines))
    tap.ok(good, name, "\n".join(lines))


def test_missing(tap, world):
    missing = str(world.dir / "missing")
    plain = world.file("plain", b"no program\n", 0o644)
    script = world.file("script", b"no program\n", 0o755)
    test_error(tap, "missing kernel", Run(world, missing, []), "ENOENT",
               missing, "No such file")
    test_error(tap, "missing daemon",
               Run(world, world.breaker, [], daemon=missing), "ENOENT",
               missing, "No such file")
    test_error(tap, "kernel that may not be executed", Run(world, plain, []),
               "EACCES", plain, "Permission denied")
    test_error(tap, "kernel that can't be executed", Run(world, script, []),
               "ENOEXEC", script, "Exec format error")
    test_error(tap, "descriptor that is not open",
               Run(world, world.breaker, [], options=["--keep=4000"]),
               "EBADF", "4000")
    test_error(tap, "unknown profile",
               Run(world, world.breaker, [], profile="x"), "EINVAL", "x")
    test_error(tap, "unknown option",
               Run(world, world.breaker, [], options=["--nonsense"]),
               "EINVAL")


def test_too_much_memory(tap, world):
    test_error(tap, "more memory than the machine has",
               hold(world, memory=1 << 50), "ENOMEM", str(1 << 30),
               "this machine")


def memory_cgroup():
    """A new cgroup with too little memory: its directory."""
    name = f"guestfs-confine-test-{os.getpid()}"
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for mount, limit, ours in (
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                 "memory" in controllers.split(",")),
                ("/sys/fs/cgroup", "memory.max", controllers == "")):
            directory = pathlib.Path(mount + path) / name
            if not ours or not directory.parent.is_dir():
                continue
            try:
                directory.mkdir()
                (directory / limit).write_text(str(48 << 20))
            except OSError:
                with contextlib.suppress(OSError):
                    directory.rmdir()
                continue
            return directory
    return None


def test_cgroup_memory(tap, world):
    name = "more memory than the cgroup has"
    directory = memory_cgroup() if world.user.uid == 0 else None
    if not directory:
        return tap.skip(name, "only root, and not everywhere, can make one")

    def enter():
        (directory / "cgroup.procs").write_text(str(os.getpid()))

    try:
        test_error(tap, name, hold(world, preexec_fn=enter), "ENOMEM",
                   "64 MiB", directory.name)
    finally:
        directory.rmdir()


def test_namespaces_refused(tap, world):
    for setting in ("max_user_namespaces", "max_pid_namespaces",
                    "max_net_namespaces"):
        wrapper = ["unshare", "-Ur", "sh", "-c",
                   f'echo 0 > /proc/sys/user/{setting}; exec "$@"', "sh"]
        test_error(tap, f"user.{setting} is 0",
                   hold(world, wrapper=wrapper), "ENOSPC", f"user.{setting}")
    test_error(tap, "user namespaces refused by a seccomp filter",
               hold(world, preexec_fn=forbid_user_namespaces), "EPERM",
               "seccomp")
    wrapper = ["unshare", "-Urm", "sh", "-c",
               'mount --bind /dev/null /proc/version && exec "$@"', "sh"]
    test_error(tap, "a /proc with hidden parts",
               hold(world, wrapper=wrapper), "EPERM", "systempaths")


def forbid_user_namespaces():
    """As a container runtime does: clone (2) with CLONE_NEWUSER fails."""
    sys_clone, clone_newuser, eperm = 56, 0x10000000, errno.EPERM
    code = [(0x20, 0, 0, 0),                      # load number
            (0x15, 0, 3, sys_clone),              # clone?
            (0x20, 0, 0, 16),                     # load its flags
            (0x45, 0, 1, clone_newuser),          # CLONE_NEWUSER?
            (0x06, 0, 0, 0x00050000 | eperm),     # fail
            (0x06, 0, 0, 0x7fff0000)]             # allow
    program = b"".join(struct.pack("HBBI", *c) for c in code)
    buffer = ctypes.create_string_buffer(program)
    fprog = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)                    # PR_SET_NO_NEW_PRIVS
    if libc.prctl(22, 2, fprog, 0, 0) != 0:       # PR_SET_SECCOMP
        raise OSError(ctypes.get_errno(), "seccomp")


def test_listen(tap, world):
    """A socket gets a name that only the confined program sees."""
    with socket.socket(socket.AF_UNIX) as s:
        option = [f"--listen={s.fileno()}"]
        with hold(world, options=option, pass_fds=[s.fileno()]) as run:
            run.pid()
            tap.ok(run.control_line() == "listening", "sockets listen")
            name = f"/run/disk-{s.fileno()}"
            tap.ok(s.getsockname() == name and not os.path.exists(name),
                   "and have no name outside")
    with open(world.ro) as f:
        test_error(tap, "a file can't listen",
                   hold(world, options=[f"--listen={f.fileno()}"],
                        pass_fds=[f.fileno()]), "ENOTSOCK", "/run/disk-")


def test_disk_errors(tap, world):
    with os.fdopen(os.open(world.ro, os.O_RDONLY)) as f:
        test_error(tap, "disk that is neither ro nor rw",
                   hold(world, options=[f"--disk={f.fileno()}:xx"],
                        pass_fds=[f.fileno()]), "EINVAL", ":ro")
    if os.geteuid() != 0 or world.user.uid == 0:
        return
    os.chown(world.rw, 0, 0)
    with os.fdopen(os.open(world.rw, os.O_RDWR)) as f:
        test_error(tap, "disk that only root can open",
                   hold(world, disks=[(f.fileno(), "rw")]), "EACCES",
                   world.rw)
    os.chown(world.rw, world.user.uid, world.user.gid)


def test_disks_of_others(tap, world):
    """Root opens everybody's disks."""
    if world.user.uid != 0:
        return
    nobody = pwd.getpwnam("nobody")
    for path in world.ro, world.rw:
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    result = break_promises(world)
    for path in world.ro, world.rw:
        os.chown(path, 0, 0)
    expected = {"no capabilities", "only one user exists"}
    for name, broken in result.items():
        if name not in expected:
            tap.ok(not broken, f"disks of another user: {name}", broken)


# The real programs.

def test_panic(tap, world):
    """A guest whose init ends panics; that must be the end of it."""
    if not os.path.exists(KERNEL):
        return tap.skip("a panic ends the kernel", f"no {KERNEL}")
    arguments = ["mem=64M", "con=null", "con0=null,fd:1", "uml_dir=/run/",
                 "quiet", "noreboot", "lpj=30760960", "pty.legacy_count=0",
                 "initcall_blacklist=raid6_select_algo,init_zswap",
                 "root=none", "rootfstype=hostfs", "rootflags=/", "ro",
                 "init=/init"]
    with Run(world, KERNEL, arguments, daemon="/bin/true") as run:
        pid = run.pid()
        lines = run.control_lines()
        output = run.process.stdout.read().decode()
        tap.ok(lines == ["exit 127"] and "Attempted to kill init" in output,
               f"{world.user.name}: a panic ends the kernel",
               "\n".join([*lines, output]))
        tap.ok(gone([pid]), "and nothing is left of it")


def test_storage(tap, world):
    """qemu-storage-daemon opens a disk that it was given."""
    if not os.path.exists(STORAGE_DAEMON):
        return tap.skip("qemu-storage-daemon", f"no {STORAGE_DAEMON}")
    ours, theirs = socket.socketpair()
    with ours, theirs, os.fdopen(os.open(world.rw, os.O_RDWR)) as disk:
        fd = theirs.fileno()
        arguments = ["--chardev", f"socket,id=qmp,fd={fd}", "--monitor",
                     "chardev=qmp", "--blockdev", "driver=file,node-name=f,"
                     f"filename=/proc/self/fd/{disk.fileno()}"]
        with Run(world, STORAGE_DAEMON, arguments, profile="storage",
                 keep=[fd], disks=[(disk.fileno(), "rw")]) as run:
            run.pid()
            theirs.close()
            ours.settimeout(TIMEOUT)
            with ours.makefile("rw") as qmp:
                greeting = qmp.readline()
                for command in "qmp_capabilities", "query-named-block-nodes":
                    qmp.write('{"execute":"%s"}\n' % command)
                    qmp.flush()
                    answer = qmp.readline()
                qmp.write('{"execute":"quit"}\n')
                qmp.flush()
                lines = run.control_lines()
            tap.ok("QMP" in greeting and f"/fd/{disk.fileno()}" in answer
                   and lines == ["exit 0"],
                   f"{world.user.name}: qemu-storage-daemon works",
                   "\n".join([greeting, answer, *lines]))


def qemu_conversation(world, profile, accelerator):
    """The last line that it says on its monitor for each command."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        fd = theirs.fileno()
        arguments = ["-L", "/usr/share/qemu", "-L", "/usr/share/seabios",
                     "-nodefaults", "-display", "none", "-machine",
                     f"accel={accelerator}", "-m", str(MEMORY >> 20),
                     "-sandbox", "on,spawn=deny", "-chardev",
                     f"socket,id=qmp,fd={fd}", "-mon",
                     "chardev=qmp,mode=control"]
        with Run(world, QEMU, arguments, profile=profile, keep=[fd]) as run:
            run.pid()
            theirs.close()
            ours.settimeout(TIMEOUT)
            answers = []
            with ours.makefile("rw") as qmp:
                qmp.readline()
                # To stop it, its processors are sent a signal.
                for command in ("qmp_capabilities", "query-kvm", "stop",
                                "cont", "quit"):
                    qmp.write('{"execute":"%s"}\n' % command)
                    qmp.flush()
                    answers.append(qmp.readline())
                    while '"event"' in answers[-1]:
                        answers[-1] = qmp.readline()
                lines = run.control_lines()
            return answers, lines + [run.process.stdout.read().decode()]


def test_qemu(tap, world):
    """QEMU runs a machine, and has KVM in that profile alone."""
    if not os.path.exists(QEMU):
        return tap.skip("QEMU", f"no {QEMU}")
    answers, lines = qemu_conversation(world, "qemu", "tcg")
    tap.ok(all('"return"' in a for a in answers) and lines[0] == "exit 0",
           f"{world.user.name}: QEMU works", "\n".join([*answers, *lines]))
    name = f"{world.user.name}: QEMU has KVM in the profile kvm"
    if subprocess.run(["dd", "if=/dev/kvm", "count=0", "status=none"],
                      stderr=subprocess.DEVNULL, check=False,
                      **world.user.options).returncode != 0:
        return tap.skip(name, "no /dev/kvm for this user")
    answers, lines = qemu_conversation(world, "kvm", "kvm")
    tap.ok('"enabled": true' in answers[1] and lines[0] == "exit 0", name,
           "\n".join([*answers, *lines]))
    answers, lines = qemu_conversation(world, "qemu", "kvm:tcg")
    tap.ok('"enabled": false' in answers[1] and lines[0] == "exit 0",
           f"{world.user.name}: and in no other",
           "\n".join([*answers, *lines]))


TESTS = [test_promises, test_mutations, test_exit, test_signal,
         test_terminal_signals, test_control_closed, test_grace,
         test_supervisor_killed,
         test_library_killed, test_missing, test_too_much_memory,
         test_cgroup_memory, test_namespaces_refused, test_listen,
         test_disk_errors, test_disks_of_others, test_panic, test_storage,
         test_qemu]


def main(programs):
    tap = Tap()
    me = pwd.getpwuid(os.geteuid())
    users = [User(me.pw_name, me.pw_uid, me.pw_gid)]
    if me.pw_uid == 0:
        nobody = pwd.getpwnam("nobody")
        users.append(User("nobody", nobody.pw_uid, nobody.pw_gid))
    for user in users:
        world = World(programs, user)
        try:
            for test in TESTS:
                test(tap, world)
        finally:
            world.close()
    return tap.end()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
