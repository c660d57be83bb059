/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removing a folder of our own with all that is in it. */
#ifndef COMMON_REMOVE_TREE_H
#define COMMON_REMOVE_TREE_H

/* Nobody else may be able to write to the folder, or to one above it.  What
 * can't be removed stays; no symbolic link is followed.
 */
void remove_tree (const char *folder);

#endif /* COMMON_REMOVE_TREE_H */
