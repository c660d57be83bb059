# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls and guestfish's own commands: arguments in, results out."""

import os
from pathlib import Path

import guestfish
from guestfish import contains, equal, fails, needs, output, run

MOUNTED = "sparse d.img 100M\nrun\nmkfs ext4 /dev/sda\nmount /dev/sda /\n"


def test_results():
    equal(output("get-memsize"), "256\n" if not os.environ.get(
        "LIBGUESTFS_MEMSIZE") else os.environ["LIBGUESTFS_MEMSIZE"] + "\n")
    equal(output("get-verbose"), "false\n")
    equal(output("set-append", "a b", ":", "get-append"), "a b\n")
    equal(output("set-append", "", ":", "get-append"), "(null)\n")
    contains(output("version"), "major: 1\nminor: ")


def test_lists_and_hashes():
    equal(output(script=MOUNTED + "mounts\nmountpoints\n"),
          "/dev/sda\n/dev/sda: /\n")


def test_struct_lists():
    needs("part-list", "part-disk")
    text = output(script="sparse d.img 100M\nrun\npart-disk /dev/sda mbr\n"
                         "part-list /dev/sda\n")
    contains(text, "[0] = {\n  part_num: 1\n  part_start: ")
    equal(text[-2:], "}\n")


def test_octal_and_hex():
    needs("umask", "get-umask")
    equal(output(script=MOUNTED + "umask 027\nget-umask\n"), "022\n027\n")


def test_options():
    equal(output(script="sparse d.img 10M\nrun\n"
                        "mkfs ext4 /dev/sda label:x 'blocksize:1K'\n"), "")
    contains(fails("add-drive", "x", "readonly:true", "readonly:true"),
             "option 'readonly' is given twice")
    contains(fails("add-drive", "x", "readonl:true"), "is no option of")
    contains(fails("add-drive", "x", "readonly:maybe"),
             "readonly: 'maybe' is neither true nor false")
    contains(fails("add-drive"), "arguments are missing; usage: add-drive")
    contains(fails("run", "x"), "too many arguments")


def test_aliases():
    equal(output("scratch", "10M", ":", "run", ":", "list-devices"),
          "/dev/sda\n")


def test_alloc_and_sparse():
    run("allocate", "c.img", "1M", ":", "echo")
    equal(os.path.getsize("c.img"), 1 << 20)
    os.unlink("c.img")
    run("alloc", "a.img", "3M", ":", "sparse", "b.img", "1G")
    a, b = os.stat("a.img"), os.stat("b.img")
    equal((a.st_size, b.st_size), (3 << 20, 1 << 30))
    assert a.st_blocks * 512 >= 3 << 20
    equal(b.st_blocks, 0)
    contains(fails("sparse", "c.img", "1Q"), "size: '1Q' is not a number")
    contains(fails("sparse", "/no/c.img", "1M"), "/no/c.img: No such file")
    contains(fails("scratch", "1M", ":", "run", ":", "sparse", "c.img", "1M"),
             "before 'run'")
    assert not os.path.exists("c.img")


def test_download():
    text = output(script=MOUNTED + "touch /x\ndownload /x y\ndownload /x -\n")
    equal(text, "")
    equal(os.path.getsize("y"), 0)


def test_download_to_stdout_file():
    """What is there stays, and what follows comes after it."""
    with open("out", "wb") as f:
        f.write(b"old\n")
        f.flush()
        result = guestfish.subprocess.run(
            [guestfish.GUESTFISH], stdout=f, check=True,
            input=b"sparse d.img 1M\nrun\necho a\ndownload /dev/sda -\n"
                  b"echo b\n")
    equal(result.returncode, 0)
    with open("out", "rb") as f:
        equal(f.read(), b"old\na\n" + bytes(1 << 20) + b"b\n")


def test_download_to_a_pipe():
    script = "sparse d.img 5M\nrun\ndownload /dev/sda - | head -c 3 | wc -c\n"
    equal(output(script=script + "echo b\n"), "3\nb\n")
    contains(fails("--pipe-error", script=script), "Broken pipe")


def test_heredoc():
    needs("upload")
    equal(output(script=MOUNTED + "upload -<<END /x\na\n# b\n  END\nEND\n"
                                  "cat /x\n"), "a\n# b\n  END\n\n")
    contains(fails(script=MOUNTED + "upload -<<END /x\na\n"),
             "the end marker 'END' of line 5 is missing")


def test_rest_of_the_script():
    needs("upload")
    run("-m", "/dev/sda", "-N", "disk:10M", check=False, script="")
    equal(output(script=MOUNTED + "upload - /x\na\nb\n"), "")
    equal(output("-a", "d.img", "-m", "/dev/sda", "cat", "/x"), "a\nb\n\n")


def test_upload_from_stdin():
    needs("upload")
    run(script=MOUNTED)
    run("-a", "d.img", "-m", "/dev/sda", "upload", "-", "/x", script="abc")
    equal(output("-a", "d.img", "-m", "/dev/sda", "cat", "/x"), "abc\n")


def test_binary_content():
    needs("write")
    result = guestfish.subprocess.run(
        [guestfish.GUESTFISH], capture_output=True, check=True,
        input=MOUNTED.encode() + b'write /x "\\x01\\xff\\n"\nread-file /x\n')
    equal(result.stdout, b"\x01\xff\n")


def test_reopen():
    equal(output(script="sparse d.img 10M\nrun\nreopen\nis-config\n"),
          "true\n")


def test_library_error():
    result = run(script=MOUNTED + "cat /no\necho a\n", check=False)
    equal(result.returncode, 1)
    equal(result.stderr,
          "libguestfs: error: cat: /no: No such file or directory\n"
          "guestfish: standard input:5: this was: cat /no\n")


def test_events():
    script = ("event tr trace 'echo \"$EVENT: $1\"'\n"
              "list-events\nget-memsize\ndelete-event tr\nget-memsize\n")
    text = output(script=script, env={**os.environ, "SHELL": "/bin/sh"})
    contains(text, '"tr" (')
    contains(run("-x", script="event x close 'echo gone'\n").stdout, "gone")
    equal(output(script="event x * true\nlist-events\ndelete-event x\n"),
          '"x" (0): *: true\n')
    equal(output(script="event b close true\nevent a close,trace true\n"
                 "event b enter 'echo x'\nlist-events\ndelete-event b\n"
                 "list-events\n"),
          '"b" (0): close: true\n"a" (1): close,trace: true\n'
          '"b" (2): enter: echo x\n"a" (1): close,trace: true\n')
    contains(fails("delete-event", "x"), "no event handler 'x'")
    contains(fails("event", "x", "clos", "true"), "no event 'clos'")


def test_progress_event_arguments():
    text = output(script="event p progress 'echo p $3/$4'\n"
                         "scratch 10M\nrun\n")
    contains(text, "p 12/12\n")


def test_supported():
    needs("feature-available", "available-all-groups")
    text = output("scratch", "1M", ":", "run", ":", "supported")
    contains(text, "            lvm2 yes\n")
    contains(text, "blkdiscardzeroes yes\n")


def test_glob():
    needs("glob-expand")
    equal(output(script=MOUNTED + "touch /a1\ntouch /a2\ntouch /b\n"
                 "glob echo x /a* y\nglob echo /n* z\nglob echo '/a*' '/b*'\n"
                 ), "x /a1 y\nx /a2 y\n/n* z\n/a1 /b\n/a2 /b\n")


def test_glob_of_devices():
    script = ("sparse d.img 100M\nscratch 10M\nrun\npart-disk /dev/sda mbr\n"
              "pvcreate /dev/sda1\nvgcreate VG /dev/sda1\nlvcreate LV VG 20\n")
    equal(output(script=script + "glob echo /dev/sd? /dev/VG/*\n"
                 "glob echo /dev/sda* /dev/n*\n"),
          "/dev/sda /dev/VG/LV\n/dev/sdb /dev/VG/LV\n"
          "/dev/sda /dev/n*\n/dev/sda1 /dev/n*\n")


def test_glob_goes_on_after_a_failure():
    result = run(script=MOUNTED + "mkdir /b\ntouch /a\ntouch /c\n"
                 "glob rm /[abc]\necho no\n", check=False)
    equal((result.returncode, result.stdout), (1, ""))
    contains(result.stderr, "rm: /b/: Is a directory")
    contains(result.stderr, "'rm' failed for some of them")
    contains(result.stderr, "8: this was: glob rm /[abc]")
    equal(output("-a", "d.img", "-m", "/dev/sda", "ls", "/"),
          "b\nlost+found\n")


def test_windows_paths():
    script = MOUNTED + ("mkdir-p /Windows/System32\n"
                        "write /Windows/System32/Config.Sys abc\n")
    equal(output(script=script +
                 "cat win:\\windows\\system32\\config.sys\n"
                 "cat WIN:/WINDOWS/system32\\CONFIG.SYS\n"
                 "write win:\\windows\\New.txt x\nls win:\\windows\n"
                 "ls win:\\\necho win:\\windows\n"
                 "lstatlist win:\\windows nosuch | wc -l\n"
                 "edit win:\\windows\\NEW.TXT\n"
                 "!mkdir o\ncopy-out win:\\WINDOWS o\n!ls o\n"
                 "copy-in o win:\\windows\nls /Windows\n",
                 env={**os.environ, "EDITOR": "true"}),
          "abc\nabc\nNew.txt\nSystem32\nWindows\nlost+found\nwin:\\windows\n"
          "15\nWindows\nNew.txt\nSystem32\no\n")
    contains(fails(script=script + "cat win:c:\\f\n"),
             "drive c: is not known; 'guestfish -i' finds out")
    contains(fails(script=script + "cat win:\\no\\f\n"), "No such file")


def test_windows_drives():
    """The registry says that C: is /dev/sda1, and D: /dev/sdb1."""
    hive = Path(__file__).resolve().parents[1] / "data/system-hive"
    script = (
        "sparse c.img 40M\nsparse d.img 40M\nrun\npart-init /dev/sda mbr\n"
        "part-add /dev/sda p 2048 40000\npart-add /dev/sda p 40001 50000\n"
        "pwrite-device /dev/sda \"\\xcd\\xab\\x34\\x12\" 440 | true\n"
        "blockdev-rereadpt /dev/sda\npart-disk /dev/sdb gpt\n"
        "part-set-gpt-guid /dev/sdb 1 01234567-89AB-CDEF-0123-456789ABCDEF\n"
        "mkfs ext4 /dev/sda1\nmkfs ext4 /dev/sdb1\nmount /dev/sda1 /\n"
        "mkdir-p /Windows/System32/config\nmkdir /d\n"
        f"upload {hive} /Windows/System32/config/SYSTEM\n"
        "mount /dev/sdb1 /d\nmkdir /d/Users\nwrite /d/Users/Me.txt hello\n"
        "inspect-os\nmount /dev/sda1 /\nmount /dev/sdb1 /d\n"
        "is-file win:C:\\WINDOWS\\system32\\CONFIG\\system\n"
        "cat win:d:\\users\\me.TXT\ncat win:D:users/me.txt\n"
        "mv win:d:\\users\\me.txt win:d:\\You.txt\nls /d\n")
    equal(output(script=script),
          "/dev/sda1\ntrue\nhello\nhello\nUsers\nYou.txt\nlost+found\n")
    contains(fails(script=script + "cat win:e:\\x\n"),
             "drive e: is not known to Windows")
    contains(fails(script=script + "umount /d\ncat win:d:\\x\n"),
             "drive d: (/dev/sdb1) is not mounted")


def test_more():
    needs("write")
    equal(output(script=MOUNTED + "write /x.txt abc\nmore /x.txt\n",
                 env={**os.environ, "PAGER": "tr a-c A-C <"}), "ABC")


def test_edit():
    needs("upload", "realpath", "mktemp", "copy-attributes", "rename", "stat")
    with open("editor", "w", encoding="ascii") as f:
        f.write("#!/bin/sh\nsed -i s/old/new/ \"$1\"\n")
    os.chmod("editor", 0o755)
    equal(output(script=MOUNTED + "write /f 'old text'\nchmod 0640 /f\n"
                 "ln-s f /link\nedit /link\ncat /f\nls /\nreadlink /link\n"
                 "filesize /f\n",
                 env={**os.environ, "EDITOR": os.path.abspath("editor")}),
          "new text\nf\nlink\nlost+found\nf\n8\n")


def program(name, script):
    """A program of that name, first in $PATH of what is returned."""
    os.makedirs("bin", exist_ok=True)
    with open(f"bin/{name}", "w", encoding="ascii") as f:
        f.write("#!/bin/sh\n" + script)
    os.chmod(f"bin/{name}", 0o755)
    return {**os.environ, "PATH": os.path.abspath("bin") + ":"
            + os.environ["PATH"]}


def test_editors_by_name():
    program("vi", "echo vi >>\"$1\"")
    env = program("emacs", "echo emacs >>\"$1\"")
    env["EDITOR"] = "false"
    script = MOUNTED + "touch /f\nvi /f\nemacs /f\ncat /f\n"
    equal(output(script=script, env=env), "vi\nemacs\n\n")
    contains(fails(script=script + "edit /f\n", env=env),
             "'false \"$1\"' failed")
    env["EDITOR"] = ""
    equal(output(script=script + "edit /f\ncat /f\n", env=env),
          "vi\nemacs\n\nvi\nemacs\nvi\n\n")


def test_editor_that_changes_nothing():
    text = run("-x", script=MOUNTED + "write /f old\nedit /f\n",
               env={**os.environ, "EDITOR": "true"}).stderr
    assert "trace: upload" not in text


def test_pagers():
    env = program("less", "echo less; cat \"$1\"")
    env["PAGER"] = "sed s/^/pager:/"
    equal(output(script=MOUNTED + "write /f \"text\\n\"\nless /f\nmore /f\n",
                 env=env),
          "less\ntext\npager:text\n")
    del env["PAGER"]
    program("more", "echo more")
    equal(output(script=MOUNTED + "touch /f\nmore /f\n", env=env), "more\n")


def test_display():
    env = program("display", "echo \"display: $(basename \"$1\")\"")
    script = MOUNTED + "write '/a b.png' picture\ndisplay '/a b.png'\n"
    equal(output(script=script, env=env), "display: a b.png\n")
    env["GUESTFISH_DISPLAY_IMAGE"] = "cat"
    equal(output(script=script, env=env), "picture")


def test_hexedit():
    env = program("hexedit", "printf XY | dd of=\"$1\" conv=notrunc bs=1 "
                             "seek=1 2>/dev/null; wc -c <\"$1\"")
    script = MOUNTED + "write /f abcdefgh\n"
    equal(output(script=script + "hexedit /f\ncat /f\n", env=env),
          "8\naXYdefgh\n")
    equal(output(script=script + "hexedit /f 4\nhexedit /f 0x4 100\ncat /f\n",
                 env=env), "4\n4\naXYdeXYh\n")
    env["HEXEDITOR"] = "wc -c <"
    equal(output(script=script + "hexedit /f 2 3\nhexedit /dev/sda 0x400 1K\n",
                 env=env), "3\n1024\n")
    contains(fails(script=script + "hexedit /f 9 1\n", env=env),
             "/f: there are only 8 bytes")
    contains(fails(script=script + "hexedit /f x\n", env=env),
             "'x' is not a number")


def test_manual():
    env = program("man", "echo manual: \"$@\"")
    for command in "man", "manual":
        equal(output(command, env=env), "manual: 1 guestfish\n")


def test_copy_in_and_out():
    needs("mkdir", "tar-in", "tar-out", "is-dir")
    os.makedirs("tree/sub")
    with open("tree/sub/f", "w", encoding="ascii") as f:
        f.write("hello")
    os.mkdir("out")
    run(script=MOUNTED + "mkdir /d\ncopy-in tree /d\ncopy-out /d/tree out\n")
    with open("out/tree/sub/f", encoding="ascii") as f:
        equal(f.read(), "hello")


if __name__ == "__main__":
    guestfish.main()
