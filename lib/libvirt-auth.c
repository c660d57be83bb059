/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting to libvirt.  If it asks for credentials, the program's callbacks
 * for the event libvirt_auth are called, which look what is asked for, and
 * answer; or, if there are none, libvirt itself asks on the terminal.
 */

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "impl.h"
#include "libvirt-auth.h"

/* Their names in the API; libvirt/libvirt-host.h says what they are. */
static const struct {
    const char *name;
    int type;
} credentials[] = {
    { "username", VIR_CRED_USERNAME },
    { "authname", VIR_CRED_AUTHNAME },
    { "language", VIR_CRED_LANGUAGE },
    { "cnonce", VIR_CRED_CNONCE },
    { "passphrase", VIR_CRED_PASSPHRASE },
    { "echoprompt", VIR_CRED_ECHOPROMPT },
    { "noechoprompt", VIR_CRED_NOECHOPROMPT },
    { "realm", VIR_CRED_REALM },
    { "external", VIR_CRED_EXTERNAL },
};

#define CREDENTIALS (sizeof credentials / sizeof *credentials)

/* Part of the handle. */
struct libvirt_auth {
    int types[CREDENTIALS]; /* that the program can answer */
    unsigned nr_types;
    const char *uri;

    /* While libvirt asks: its own array, or NULL. */
    virConnectCredentialPtr asked;
    unsigned nr_asked;
};

static struct libvirt_auth *
auth_of (guestfs_h *g)
{
    if (!g->libvirt_auth)
        g->libvirt_auth = xcalloc (1, sizeof *g->libvirt_auth);
    return g->libvirt_auth;
}

static const char *
name_of (int type)
{
    for (size_t i = 0; i < CREDENTIALS; i++)
        if (credentials[i].type == type)
            return credentials[i].name;
    return "unknown";
}

static int
type_of (const char *name, struct error *err)
{
    for (size_t i = 0; i < CREDENTIALS; i++)
        if (strcmp (credentials[i].name, name) == 0)
            return credentials[i].type;
    return fail (err, EINVAL, "'%s' is no kind of credential", name);
}

int
impl_set_libvirt_supported_credentials (guestfs_h *g, char *const *creds)
{
    struct libvirt_auth *auth = auth_of (g);
    int types[CREDENTIALS];
    unsigned n = 0;

    if (!creds[0])
        return fail (&g->error, EINVAL, "creds: the list is empty");
    for (; creds[n]; n++) {
        if (n == CREDENTIALS)
            return fail (&g->error, EINVAL, "creds: the list is longer than "
                         "there are kinds of credentials");
        types[n] = type_of (creds[n], &g->error);
        if (types[n] < 0)
            return -1;
    }
    memcpy (auth->types, types, n * sizeof *types);
    auth->nr_types = n;
    return 0;
}

/* The answer of one callback replaces that of another. */
static void
set_answer (virConnectCredentialPtr c, const char *value, size_t size)
{
    if (c->result)
        explicit_bzero (c->result, strlen (c->result));
    free (c->result);
    c->result = xstrndup (value, size);
    c->resultlen = (unsigned) size;
}

/* libvirt wants to know; it frees the answers. */
static int
ask_program (virConnectCredentialPtr asked, unsigned nr_asked, void *opaque)
{
    guestfs_h *g = opaque;
    struct libvirt_auth *auth = auth_of (g), outer = *auth;

    auth->asked = asked;
    auth->nr_asked = nr_asked;
    for (unsigned i = 0; i < nr_asked; i++) {
        asked[i].result = NULL;
        asked[i].resultlen = 0;
    }
    event_send (g, GUESTFS_EVENT_LIBVIRT_AUTH, auth->uri, strlen (auth->uri),
                NULL, 0);
    auth->asked = outer.asked;
    auth->nr_asked = outer.nr_asked;
    for (unsigned i = 0; i < nr_asked; i++) {
        const char *usual = asked[i].defresult;

        if (!asked[i].result && !usual)
            return -1;
        if (!asked[i].result)
            set_answer (&asked[i], usual, strlen (usual));
    }
    return 0;
}

static virConnectCredentialPtr
find_asked (guestfs_h *g, int index)
{
    const struct libvirt_auth *auth = auth_of (g);

    if (!auth->asked)
        return fail_null (&g->error, EINVAL, "this can only be called by a "
                          "callback for the event 'libvirt_auth'");
    if (index < 0 || (unsigned) index >= auth->nr_asked)
        return fail_null (&g->error, EINVAL, "index %d: libvirt has asked "
                          "for %u credentials, counted from 0", index,
                          auth->nr_asked);
    return &auth->asked[index];
}

char **
impl_get_libvirt_requested_credentials (guestfs_h *g)
{
    cleanup_strings struct strings names = STRINGS_EMPTY;
    const struct libvirt_auth *auth = auth_of (g);

    if (!find_asked (g, 0))
        return NULL;
    for (unsigned i = 0; i < auth->nr_asked; i++)
        strings_add (&names, name_of (auth->asked[i].type));
    return strings_steal (&names);
}

static char *
copy_or_empty (const char *s)
{
    return xstrdup (s ? s : "");
}

char *
impl_get_libvirt_requested_credential_prompt (guestfs_h *g, int index)
{
    const virConnectCredential *c = find_asked (g, index);

    return c ? copy_or_empty (c->prompt) : NULL;
}

char *
impl_get_libvirt_requested_credential_challenge (guestfs_h *g, int index)
{
    const virConnectCredential *c = find_asked (g, index);

    return c ? copy_or_empty (c->challenge) : NULL;
}

char *
impl_get_libvirt_requested_credential_defresult (guestfs_h *g, int index)
{
    const virConnectCredential *c = find_asked (g, index);

    return c ? copy_or_empty (c->defresult) : NULL;
}

int
impl_set_libvirt_requested_credential (guestfs_h *g, int index,
                                       const char *cred, size_t cred_size)
{
    virConnectCredentialPtr c = find_asked (g, index);

    if (!c)
        return -1;
    if (memchr (cred, '\0', cred_size))
        return fail (&g->error, EINVAL, "cred: libvirt takes no NUL bytes");
    set_answer (c, cred, cred_size);
    return 0;
}

/* What fails is in our error; libvirt would print it as well. */
static void
print_nothing (void *opaque, virErrorPtr error)
{
    (void) opaque;
    (void) error;
}

/* Before there is a connection, that is a setting of the whole process: left
 * alone if the program has loaded libvirt itself.
 */
static const struct libvirt *
load_quiet_libvirt (struct error *err)
{
    void *others = dlopen (LIBVIRT_SONAME, RTLD_LAZY | RTLD_NOLOAD);
    const struct libvirt *libvirt = load_libvirt (err);

    if (others)
        dlclose (others);
    else if (libvirt)
        libvirt->virSetErrorFunc (NULL, print_nothing);
    return libvirt;
}

virConnectPtr
libvirt_connect (guestfs_h *g, const char *uri, unsigned flags)
{
    const struct libvirt *libvirt = load_quiet_libvirt (&g->error);
    struct libvirt_auth *auth = auth_of (g);
    virConnectAuth ours = {
        .credtype = auth->types,
        .ncredtype = auth->nr_types,
        .cb = ask_program,
        .cbdata = g,
    };
    virConnectPtr connection;

    if (!libvirt)
        return NULL;
    auth->uri = uri ? uri : "";
    connection = libvirt->virConnectOpenAuth (
        uri,
        event_is_wanted (g, GUESTFS_EVENT_LIBVIRT_AUTH)
            ? &ours
            : *libvirt->virConnectAuthPtrDefault,
        flags);
    auth->uri = "";
    if (!connection) {
        fail_libvirt (&g->error, "connecting to libvirt%s%s",
                      uri ? ", " : "", uri ? uri : "");
        return NULL;
    }
    libvirt->virConnSetErrorFunc (connection, NULL, print_nothing);
    return connection;
}
