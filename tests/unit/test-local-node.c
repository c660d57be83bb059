/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon/local-node.c */

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <unistd.h>

#include "local-node.h"
#include "remove-tree.h"

static char folder[] = "/tmp/test-local-node-XXXXXX";
static int root_fd;

static void
write_file (const char *name)
{
    int fd = openat (root_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    assert_return_code (fd, errno);
    assert_int_equal (write (fd, name, strlen (name)), strlen (name));
    close (fd);
}

static void
begin (struct node_table *t)
{
    struct stat st;

    assert_int_equal (fstat (root_fd, &st), 0);
    nodes_init (t, dup (root_fd), &st);
}

/* As LOOKUP does it. */
static struct node *
look_up (struct node_table *t, struct node *parent, const char *name)
{
    int fd = node_open (t, parent, NODE_READ);
    struct stat st;

    assert_return_code (fd, errno);
    assert_int_equal (fstatat (fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    return node_look_up (t, parent, name, &st);
}

static struct node *
root_of (struct node_table *t)
{
    return node_find (t, FUSE_ROOT_ID);
}

static void
assert_content (struct node_table *t, struct node *node, const char *text)
{
    char buffer[64] = "";
    int fd = node_open (t, node, NODE_READ);

    assert_return_code (fd, errno);
    assert_int_equal (pread (fd, buffer, sizeof buffer - 1, 0),
                      strlen (text));
    assert_string_equal (buffer, text);
}

static void
test_forget (void **state)
{
    struct node_table t;
    struct node *d, *f;
    uint64_t id;

    (void) state;
    mkdirat (root_fd, "d", 0755);
    write_file ("d/f");
    begin (&t);
    d = look_up (&t, root_of (&t), "d");
    f = look_up (&t, d, "f");
    assert_ptr_equal (look_up (&t, d, "f"), f);
    assert_int_equal (f->lookups, 2);
    assert_int_equal (t.count, 3);
    id = d->id;
    /* The directory stays as long as there is a node in it. */
    node_forget (&t, d, 1);
    assert_ptr_equal (node_find (&t, id), d);
    node_forget (&t, f, 1);
    assert_content (&t, f, "d/f");
    node_forget (&t, f, 100);
    assert_null (node_find (&t, id));
    assert_int_equal (t.count, 1);
    assert_null (node_find (&t, 0));
    assert_null (node_find (&t, UINT64_MAX));
    nodes_free (&t);
}

static void
test_removed (void **state)
{
    struct node_table t;
    struct node *f;
    struct stat st;
    int fd;

    (void) state;
    write_file ("gone");
    begin (&t);
    f = look_up (&t, root_of (&t), "gone");
    fd = openat (root_fd, "gone", O_PATH | O_NOFOLLOW);
    assert_int_equal (unlinkat (root_fd, "gone", 0), 0);
    node_lose_name (&t, f, root_of (&t), "gone", fd);
    assert_null (f->parent);
    assert_content (&t, f, "gone");
    assert_return_code (node_open (&t, f, NODE_WRITE), errno);
    assert_int_equal (fstat (f->fd, &st), 0);
    assert_int_equal (st.st_nlink, 0);
    node_forget (&t, f, 1);
    assert_int_equal (t.count, 1);
    nodes_free (&t);
}

/* Something else is there under the name. */
static void
test_stale (void **state)
{
    struct node_table t;
    struct node *f;

    (void) state;
    write_file ("first");
    write_file ("second");
    begin (&t);
    f = look_up (&t, root_of (&t), "first");
    assert_int_equal (renameat (root_fd, "second", root_fd, "first"), 0);
    assert_int_equal (node_open (&t, f, NODE_READ), -1);
    assert_int_equal (errno, ESTALE);
    assert_int_equal (unlinkat (root_fd, "first", 0), 0);
    assert_int_equal (node_open (&t, f, NODE_PATH), -1);
    assert_int_equal (errno, ESTALE);
    /* A link would lead elsewhere. */
    assert_int_equal (symlinkat ("/etc/passwd", root_fd, "first"), 0);
    assert_int_equal (node_open (&t, f, NODE_READ), -1);
    assert_int_equal (errno, ESTALE);
    nodes_free (&t);
}

static void
test_links (void **state)
{
    struct node_table t;
    struct node *a, *root;

    (void) state;
    write_file ("a");
    assert_int_equal (linkat (root_fd, "a", root_fd, "b", 0), 0);
    begin (&t);
    root = root_of (&t);
    a = look_up (&t, root, "a");
    assert_ptr_equal (look_up (&t, root, "b"), a);
    /* Losing a name that is not the one we know changes nothing. */
    assert_int_equal (unlinkat (root_fd, "a", 0), 0);
    node_lose_name (&t, a, root, "a", -1);
    assert_string_equal (a->name, "b");
    assert_content (&t, a, "a");
    node_forget (&t, a, 2);
    assert_int_equal (root->children, 0);
    nodes_free (&t);
}

static void
test_rename (void **state)
{
    struct node_table t;
    struct node *one, *two, *f, *root;

    (void) state;
    mkdirat (root_fd, "one", 0755);
    mkdirat (root_fd, "two", 0755);
    write_file ("one/f");
    begin (&t);
    root = root_of (&t);
    one = look_up (&t, root, "one");
    two = look_up (&t, root, "two");
    f = look_up (&t, one, "f");
    assert_int_equal (renameat (root_fd, "one", root_fd, "two/one"), 0);
    node_rename (&t, one, root, "one", two, "one");
    assert_content (&t, f, "one/f");
    assert_int_equal (root->children, 1);
    assert_int_equal (renameat (root_fd, "two/one/f", root_fd, "g"), 0);
    node_rename (&t, f, one, "f", root, "g");
    assert_content (&t, f, "one/f");
    /* A directory that says it is below itself is not. */
    node_rename (&t, two, root, "two", one, "loop");
    assert_ptr_equal (two->parent, root);
    nodes_free (&t);
}

/* Many more than descriptors are kept, deeper than they are many. */
static void
test_many (void **state)
{
    struct node_table t;
    struct node *node;
    int fd = dup (root_fd), next;
    enum { DEPTH = 800 };

    (void) state;
    for (int i = 0; i < DEPTH; i++) {
        assert_int_equal (mkdirat (fd, "deep", 0755), 0);
        next = openat (fd, "deep", O_RDONLY | O_DIRECTORY);
        close (fd);
        fd = next;
    }
    close (fd);
    begin (&t);
    node = root_of (&t);
    for (int i = 0; i < DEPTH; i++)
        node = look_up (&t, node, "deep");
    assert_true (t.open_count <= 512);
    for (struct node *n = node; n->parent; n = n->parent)
        assert_return_code (node_open (&t, n, NODE_READ), errno);
    assert_return_code (node_open (&t, node, NODE_READ), errno);
    assert_true (t.open_count <= 512);
    nodes_free (&t);
}

static int
setup (void **state)
{
    (void) state;
    if (!mkdtemp (folder))
        return -1;
    root_fd = open (folder, O_RDONLY | O_DIRECTORY);
    return root_fd < 0 ? -1 : 0;
}

static int
teardown (void **state)
{
    (void) state;
    close (root_fd);
    remove_tree (folder);
    return 0;
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_forget),
        cmocka_unit_test (test_removed),
        cmocka_unit_test (test_stale),
        cmocka_unit_test (test_links),
        cmocka_unit_test (test_rename),
        cmocka_unit_test (test_many),
    };

    return cmocka_run_group_tests (tests, setup, teardown);
}
