/* SPDX-License-Identifier: GPL-2.0-or-later */
/* protocol/bounded-xdr.c */

#include "unit.h"

#include <malloc.h>

#include "message.h"

/* Decode the reply of list_devices, a list of strings. */
static bool
decode_list (const char *bytes, size_t size)
{
    wire_list_devices_ret ret = { 0 };
    bool ok;
    XDR xdrs;

    xdrmem_create (&xdrs, (char *) bytes, (u_int) size, XDR_DECODE);
    ok = xdr_wire_list_devices_ret (&xdrs, &ret);
    xdr_free ((xdrproc_t) xdr_wire_list_devices_ret, &ret);
    return ok;
}

static void
honest (void **state)
{
    (void) state;
    assert_true (decode_list ("\0\0\0\0", 4));
    assert_true (decode_list ("\0\0\0\2\0\0\0\1a\0\0\0\0\0\0\0", 16));
}

static void
lies (void **state)
{
    (void) state;
    assert_false (decode_list ("\0\0\0", 3));
    assert_false (decode_list ("\0\0\0\1", 4));
    assert_false (decode_list ("\xff\xff\xff\xff\0\0\0\0", 8));
    assert_false (decode_list ("\x40\0\0\0\0\0\0\0", 8));
    assert_false (decode_list ("\0\0\0\1\0\0\0\5abc\0", 12));
    assert_false (decode_list ("\0\0\0\1\xff\xff\xff\xff" "abc\0", 12));
    /* A NUL inside of a string. */
    assert_false (decode_list ("\0\0\0\1\0\0\0\3a\0b\0", 12));
}

/* What a lie asks for is never allocated. */
static void
allocates_little (void **state)
{
    struct mallinfo2 before = mallinfo2 ();

    (void) state;
    decode_list ("\x3f\xff\xff\xff\0\0\0\0", 8);
    assert_true (mallinfo2 ().arena - before.arena < 1 << 20);
    assert_true (mallinfo2 ().hblkhd - before.hblkhd < 1 << 20);
}

/* As many structs as there are words, each of them much longer. */
static void
allocates_little_for_structs (void **state)
{
    struct mallinfo2 before = mallinfo2 ();
    const size_t size = 4 << 20;
    char *bytes = test_calloc (1, size);
    wire_lvs_full_ret ret = { 0 };
    XDR xdrs;

    (void) state;
    word_put (bytes, size / 4 - 1);
    xdrmem_create (&xdrs, bytes, size, XDR_DECODE);
    assert_false (xdr_wire_lvs_full_ret (&xdrs, &ret));
    assert_null (ret.logvols.wire_lvm_lv_list_val);
    assert_true (mallinfo2 ().hblkhd - before.hblkhd < 2 * size);
    xdr_free ((xdrproc_t) xdr_wire_lvs_full_ret, &ret);
    test_free (bytes);
}

/* The shortest structs that can be are still taken. */
static void
short_structs (void **state)
{
    char bytes[] = "\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    wire_getxattrs_ret ret = { 0 };
    XDR xdrs;

    (void) state;
    xdrmem_create (&xdrs, bytes, sizeof bytes, XDR_DECODE);
    assert_true (xdr_wire_getxattrs_ret (&xdrs, &ret));
    assert_int_equal (ret.xattrs.wire_xattr_list_len, 2);
    xdr_free ((xdrproc_t) xdr_wire_getxattrs_ret, &ret);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (honest),
        cmocka_unit_test (lies),
        cmocka_unit_test (allocates_little),
        cmocka_unit_test (allocates_little_for_structs),
        cmocka_unit_test (short_structs),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
