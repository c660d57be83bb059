# SPDX-License-Identifier: GPL-2.0-or-later
"""Every kind of argument, option and result, through the calls that exist
for this.
"""

import os
import pathlib
import tempfile
import unittest

import guestfs

ARGS = dict(str="str", optstr=None, strlist=["a", "b"], b=True, integer=-1,
            integer64=1 << 40, filein="in", fileout="out", bufferin=b"\0\xff")


class Arguments(unittest.TestCase):
    def setUp(self):
        self.g = guestfs.GuestFS()
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.addCleanup(self.g.close)

    def printed(self, call, *args, **kwargs):
        """What the call says it was given, by the name of the argument."""
        name = os.path.join(self.dir.name, "output")
        self.g.internal_test_set_output(name)
        getattr(self.g, call)(*args, **kwargs)
        self.g.internal_test_close_output()
        with open(name, encoding="ascii") as f:
            return dict(line.rstrip("\n").split(": ", 1) for line in f)

    def test_all_kinds(self):
        self.assertEqual(self.printed("internal_test", **ARGS), {
            "str": '"str"', "optstr": "null", "strlist": '["a", "b"]',
            "b": "true", "integer": "-1", "integer64": "1099511627776",
            "filein": '"in"', "fileout": '"out"', "bufferin": r'"\x00\xff"'})

    def given(self, **kwargs):
        return self.printed("internal_test", **(ARGS | kwargs))

    def test_texts(self):
        self.assertEqual(self.given(str="\u20ac")["str"], r'"\xe2\x82\xac"')
        self.assertEqual(self.given(str=b"\xff/")["str"], r'"\xff/"')
        self.assertEqual(self.given(str=os.fsdecode(b"\xff"))["str"],
                         r'"\xff"')
        self.assertEqual(self.given(filein=pathlib.Path("/a/b"))["filein"],
                         '"/a/b"')
        self.assertEqual(self.given(str="")["str"], '""')
        self.assertEqual(self.given(optstr="")["optstr"], '""')

    def test_lists(self):
        self.assertEqual(self.given(strlist=())["strlist"], "[]")
        self.assertEqual(self.given(strlist=("x", b"y"))["strlist"],
                         '["x", "y"]')
        self.assertEqual(self.given(strlist=(str(i) for i in range(2)))
                         ["strlist"], '["0", "1"]')

    def test_buffers(self):
        for buffer in ("text", b"text", bytearray(b"text"),
                       memoryview(b"text")):
            self.assertEqual(self.given(bufferin=buffer)["bufferin"],
                             '"text"')

    def test_numbers(self):
        for i in (0, 2 ** 31 - 1, -2 ** 31):
            self.assertEqual(self.given(integer=i)["integer"], str(i))
        for i in (0, 2 ** 63 - 1, -2 ** 63):
            self.assertEqual(self.given(integer64=i)["integer64"], str(i))
        for i in (2 ** 31, -2 ** 31 - 1, 2 ** 70):
            with self.assertRaisesRegex(OverflowError, "integer does not"):
                self.given(integer=i)
        with self.assertRaisesRegex(OverflowError, "integer64 does not"):
            self.given(integer64=2 ** 63)

    def test_wrong_types(self):
        for name, value, message in [
                ("str", 1, "str must be a string, not int"),
                ("str", None, "str must be a string, not NoneType"),
                ("b", "false", "b must be a bool, not str"),
                ("b", None, "b must be a bool, not NoneType"),
                ("b", [], "b must be a bool, not list"),
                ("optstr", 1.5, "optstr must be a string, not float"),
                ("strlist", "ab", "strlist must be a list of strings"),
                ("strlist", 7, "strlist must be a list of strings, not int"),
                ("strlist", ["a", 7], "strlist must be a string, not int"),
                ("integer", "1", "integer must be an int, not str"),
                ("integer", 1.0, "integer must be an int, not float"),
                ("bufferin", 3.5, "bufferin must be bytes or a string"),
                ("bufferin", None, "bufferin must be bytes or a string")]:
            with self.assertRaisesRegex(TypeError, "internal_test: "
                                        + message):
                self.given(**{name: value})

    def test_nul(self):
        for name, value in [("str", "a\0b"), ("strlist", ["a\0b"])]:
            with self.assertRaisesRegex(ValueError, "NUL"):
                self.given(**{name: value})

    def test_options(self):
        given = self.given(obool=False, oint=0, oint64=-5, ostring="",
                           ostringlist=[])
        self.assertEqual({k: v for k, v in given.items() if k not in ARGS},
                         {"obool": "false", "oint": "0", "oint64": "-5",
                          "ostring": '""', "ostringlist": "[]"})
        self.assertNotIn("oint", self.given(oint=None))
        self.assertEqual(self.given(ostring="last")["ostring"], '"last"')
        with self.assertRaisesRegex(TypeError, "nonsense"):
            self.given(nonsense=1)

    def test_options_by_position(self):
        given = self.printed("internal_test", *ARGS.values(), False, None, 7)
        self.assertEqual({k: v for k, v in given.items() if k not in ARGS},
                         {"obool": "false", "oint64": "7"})

    def test_bools(self):
        for value, printed in ((1, "true"), (0, "false"), (7, "true")):
            self.assertEqual(self.given(b=value)["b"], printed)

    def test_63_options(self):
        options = {f"opt{i}": i for i in range(1, 64)}
        self.assertEqual(self.printed("internal_test_63_optargs", **options),
                         {name: str(i) for name, i in options.items()})
        self.assertEqual(self.printed("internal_test_63_optargs", opt63=1),
                         {"opt63": "1"})
        self.assertEqual(self.printed("internal_test_63_optargs"), {})

    def test_only_options(self):
        self.assertEqual(self.printed("internal_test_only_optargs", 1),
                         {"test": "1"})

    def test_number_of_arguments(self):
        with self.assertRaises(TypeError):
            self.g.internal_test("only one")
        with self.assertRaisesRegex(TypeError, "2 arguments instead of 1"):
            self.g._o.internal_test_rint("1", "2")


STRUCT = {"pv_name": "pv0", "pv_uuid": "01234567890123456789012345678901",
          "pv_fmt": "unknown", "pv_size": 0, "dev_size": 2 ** 64 - 1,
          "pv_free": 0, "pv_used": 0, "pv_attr": "attr",
          "pv_pe_count": 2 ** 63 - 1, "pv_pe_alloc_count": -2 ** 63,
          "pv_tags": "tag", "pe_start": 0, "pv_mda_count": -1,
          "pv_mda_free": 0}


class Results(unittest.TestCase):
    def setUp(self):
        self.g = guestfs.GuestFS(python_return_dict=True)
        self.addCleanup(self.g.close)

    def test_values(self):
        for kind, val, expected in [
                ("rint", "-2147483647", -2147483647),
                ("rint64", "9000000000000000000", 9 * 10 ** 18),
                ("rbool", "true", True), ("rbool", "false", False),
                ("rconststring", "x", "static string"),
                ("rconstoptstring", "x", "static string"),
                ("rconstoptstring", "", None),
                ("rstring", "\u20ac", "\u20ac"),
                ("rstring", os.fsdecode(b"\xff"), os.fsdecode(b"\xff")),
                ("rstringlist", "0", []), ("rstringlist", "2", ["0", "1"]),
                ("rhashtable", "0", {}),
                ("rhashtable", "2", {"0": "value 0", "1": "value 1"}),
                ("rbufferout", "x", b"x"), ("rbufferout", "", b""),
                ("rstruct", "", STRUCT), ("rstructlist", "0", []),
                ("rstructlist", "1", [STRUCT])]:
            result = getattr(self.g, "internal_test_" + kind)(val)
            self.assertEqual(result, expected)
            self.assertIs(type(result), type(expected))

    def test_hash_as_pairs(self):
        g = guestfs.GuestFS()
        self.assertEqual(g.internal_test_rhashtable("2"),
                         [("0", "value 0"), ("1", "value 1")])
        g.close()

    def test_errors(self):
        for kind in ("rint", "rint64", "rbool", "rconststring", "rstring",
                     "rstringlist", "rhashtable", "rbufferout", "rstruct",
                     "rstructlist"):
            name = f"internal_test_{kind}err"
            with self.assertRaises(RuntimeError) as raised:
                getattr(self.g, name)()
            self.assertEqual(str(raised.exception), name + ": error")
            self.assertEqual(raised.exception.errno, 22)

    def test_aliases(self):
        self.assertIs(guestfs.GuestFS.add_drive_opts,
                      guestfs.GuestFS.add_drive)

    def test_docstrings(self):
        doc = guestfs.GuestFS.mount.__doc__
        self.assertIn("Mount a file system.", doc)
        self.assertIn("`umount`", doc)
        for name in dir(guestfs.GuestFS):
            if not name.startswith("_"):
                self.assertTrue(getattr(guestfs.GuestFS, name).__doc__, name)


if __name__ == "__main__":
    unittest.main()
