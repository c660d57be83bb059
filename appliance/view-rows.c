/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that the confined program can name, and why. */

#include "config.h"

#include "confine.h"
#include "view.h"

#define READ_TREE (MAY_LIST | MAY_READ)

const struct view_row view_rows[] = {
    { "/", VIEW_RULE, true, FOR_ALL, MAY_LIST, "which names there are" },
    { "/", VIEW_RULE, true, FOR_FOREIGN, READ_TREE | MAY_EXECUTE,
      "what belongs to the program may be anywhere" },

    /* The tools that the daemon runs are the host's. */
    { "/usr", VIEW_DIRECTORY, true, FOR_ALL, 0, "" },
    { "/usr/bin", VIEW_TREE, true, FOR_UML, READ_TREE, "tools" },
    { "/usr/sbin", VIEW_TREE, false, FOR_UML, READ_TREE,
      "mkfs and its like" },
    { "/usr/libexec", VIEW_TREE, false, FOR_UML, READ_TREE,
      "helpers that tools run" },
    { "/usr/lib", VIEW_TREE, true, FOR_ALL, READ_TREE,
      "libraries, the guest's kernel modules, the database of file (1)" },
    { "/usr/lib32", VIEW_TREE, false, FOR_ALL, READ_TREE, "libraries" },
    { "/usr/lib64", VIEW_TREE, false, FOR_ALL, READ_TREE, "libraries" },
    { "/usr/share", VIEW_DIRECTORY, true, FOR_UML | FOR_QEMU, 0, "" },
    { "/usr/share/qemu", VIEW_TREE, false, FOR_QEMU, READ_TREE,
      "firmware of the virtual machine" },
    { "/usr/share/seabios", VIEW_TREE, false, FOR_QEMU, READ_TREE,
      "firmware of the virtual machine" },
    { "/usr/share/misc", VIEW_TREE, false, FOR_UML, READ_TREE,
      "where libmagic looks for its database" },
    { "/usr/share/file", VIEW_TREE, false, FOR_UML, READ_TREE,
      "the rest of that database" },

    /* Links into /usr, or directories where /usr is not merged. */
    { "/bin", VIEW_TREE, true, FOR_UML, READ_TREE, "tools" },
    { "/sbin", VIEW_TREE, false, FOR_UML, READ_TREE, "tools" },
    { "/lib", VIEW_TREE, true, FOR_ALL, READ_TREE, "libraries" },
    { "/lib32", VIEW_TREE, false, FOR_ALL, READ_TREE, "libraries" },
    { "/lib64", VIEW_TREE, false, FOR_ALL, READ_TREE,
      "libraries, and the loader's fixed name" },

    /* Configuration, file by file. */
    { "/etc", VIEW_DIRECTORY, true, FOR_ALL, 0, "" },
    { "/etc/ld.so.cache", VIEW_FILE, false, FOR_ALL, MAY_READ,
      "where the loader finds libraries at once" },
    { "/etc/mke2fs.conf", VIEW_FILE, false, FOR_UML, MAY_READ,
      "what features mke2fs (8) gives a filesystem" },
    { "/etc/resolv.conf", VIEW_FILE, false, FOR_NETWORK | FOR_REMOTE,
      MAY_READ, "where the host's name servers are" },
    { "/etc/resolv.conf", VIEW_POINT, true, FOR_UML, MAY_READ,
      "the guest mounts its own there, if it has a network" },
    { "/etc/hosts", VIEW_FILE, false, FOR_REMOTE, MAY_READ,
      "names of servers" },
    { "/etc/nsswitch.conf", VIEW_NAMES, true, FOR_REMOTE, MAY_READ,
      "where names are looked up" },
    { "/etc/host.conf", VIEW_FILE, false, FOR_REMOTE, MAY_READ, "likewise" },
    { "/etc/gai.conf", VIEW_FILE, false, FOR_REMOTE, MAY_READ,
      "which of a server's addresses is best" },
    { "/etc/ssh", VIEW_DIRECTORY, false, FOR_REMOTE, 0, "" },
    { "/etc/ssh/ssh_known_hosts", VIEW_FILE, false, FOR_REMOTE, MAY_READ,
      "keys of servers" },
    { "/etc/ssl", VIEW_DIRECTORY, false, FOR_REMOTE, 0, "" },
    { "/etc/ssl/certs", VIEW_DIRECTORY, false, FOR_REMOTE, MAY_LIST,
      "--file: whom TLS trusts" },
    { "/etc/ceph", VIEW_DIRECTORY, false, FOR_REMOTE, 0,
      "--file: Ceph's servers and keys" },
    { "/.ssh", VIEW_DIRECTORY, false, FOR_REMOTE, 0,
      "--file: the user's known servers and keys" },
    { "/etc/magic", VIEW_FILE, false, FOR_UML, MAY_READ,
      "the host's additions to libmagic's database" },

    /* What is executed. */
    { "/init", VIEW_DAEMON, true, FOR_UML, MAY_READ, "the guest's init" },
    { VIEW_PRELOAD_PATH, VIEW_PRELOAD, false,
      FOR_UML | FOR_QEMU | FOR_REMOTE, MAY_READ,
      "overlays: what is written to a read-only disk; a template's memory; "
      "what Gluster's client believes, when Ceph's and iSCSI's give "
      "up, that those of HTTP and FTP look again" },
    { "/program", VIEW_PROGRAM, true, FOR_ALL,
      MAY_READ | MAY_EXECUTE, "the program itself" },
    { "/lib64/ld-linux-x86-64.so.2", VIEW_RULE, false, FOR_ALL,
      MAY_READ | MAY_EXECUTE, "its loader" },
    { "/lib/ld-linux-aarch64.so.1", VIEW_RULE, false,
      FOR_STORAGE | FOR_NETWORK, MAY_READ | MAY_EXECUTE, "its loader" },

    /* What the programs need of a host while they run. */
    { "/proc", VIEW_PROC, true, FOR_EVERYBODY, 0,
      "disks are opened as /proc/self/fd/N" },
    { "/proc/cpuinfo", VIEW_RULE, true, FOR_UML, MAY_READ,
      "the processor's features: without, the kernel measures at boot "
      "which RAID code is fast" },
    { "/dev", VIEW_DIRECTORY, true, FOR_ALL, 0, "" },
    { "/dev", VIEW_SCRATCH, true, FOR_FOREIGN, 0,
      "in the place of the host's, which has disks" },
    { "/dev/kvm", VIEW_DEVICE, false, FOR_KVM | FOR_FOREIGN,
      MAY_READ | MAY_WRITE | MAY_CONTROL, "hardware virtualization" },
    { "/dev/null", VIEW_DEVICE, true, FOR_EVERYBODY, MAY_READ | MAY_WRITE,
      "qemu-storage-daemon tries its file locks on it" },
    { "/dev/random", VIEW_DEVICE, true, FOR_UML, MAY_READ,
      "the guest's hardware random number generator" },
    { "/dev/urandom", VIEW_DEVICE, true, FOR_EVERYBODY, MAY_READ,
      "where getrandom (2) is not used" },
    { "/dev/zero", VIEW_DEVICE, false, FOR_UML, MAY_READ | MAY_WRITE,
      "for tools, until the guest has mounted its own /dev" },
    { "/dev/full", VIEW_DEVICE, false, FOR_UML, MAY_READ | MAY_WRITE,
      "likewise" },
    { "/dev/shm", VIEW_MEMORY, true, FOR_UML,
      READ_TREE | MAY_WRITE | MAY_CREATE, "the guest's memory is a file" },
    { "/run", VIEW_SCRATCH, true, FOR_UML, READ_TREE | MAY_WRITE | MAY_CREATE,
      "uml_dir: the kernel's pid file and control socket" },

    /* Where the guest mounts something. */
    { "/sys", VIEW_DIRECTORY, true, FOR_UML, 0, "" },
    { "/sysroot", VIEW_DIRECTORY, true, FOR_UML, 0, "" },
    { "/tmp", VIEW_DIRECTORY, true, FOR_UML, 0, "" },
    { "/mnt", VIEW_DIRECTORY, true, FOR_UML, 0, "" },
    { "/root", VIEW_DIRECTORY, true, FOR_UML, 0, "" },
    { "/var", VIEW_DIRECTORY, true, FOR_UML, 0, "" },
    { 0 },
};
