/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disks in libvirt's description of a domain.  It may come from far, so
 * it is read without a document type, without entities and without a network,
 * and nothing of it is believed to be short.
 */

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libvirt-library.h"
#include "libvirt-xml.h"
#include "memory.h"
#include "string-list.h"

/* More than any domain has. */
#define XML_MAX (16 * 1024 * 1024) /* bytes */
#define DISKS_MAX 4096
#define HOSTS_MAX 64

/* A member of a struct, and what it is, seen from its element. */
struct text_row {
    size_t offset;
    const char *xpath;
};

#define DISK(member, xpath) { offsetof (struct libvirt_disk, member), xpath }

static const struct text_row disk_rows[] = {
    DISK (type, "@type"),
    DISK (target, "target/@dev"),
    DISK (format, "driver/@type"),
    DISK (blocksize, "blockio/@logical_block_size"),
    DISK (readonly, "boolean(readonly)"),
    DISK (file, "source/@file"),
    DISK (device, "source/@dev"),
    DISK (pool, "source/@pool"),
    DISK (volume, "source/@volume"),
    DISK (protocol, "source/@protocol"),
    DISK (name, "source/@name"),
    DISK (query, "source/@query"),
    DISK (tls, "source/@tls"),
    DISK (slice, "boolean(source/slices)"),
    DISK (username, "auth/@username | source/auth/@username"),
    DISK (secret_type, "auth/secret/@type | source/auth/secret/@type"),
    DISK (secret_uuid, "auth/secret/@uuid | source/auth/secret/@uuid"),
    DISK (secret_usage, "auth/secret/@usage | source/auth/secret/@usage"),
    { 0, NULL },
};

#define HOST(member, xpath) { offsetof (struct libvirt_host, member), xpath }

static const struct text_row host_rows[] = {
    HOST (name, "@name"),
    HOST (port, "@port"),
    HOST (transport, "@transport"),
    HOST (socket, "@socket"),
    { 0, NULL },
};

static char **
text_at (void *object, const struct text_row *row)
{
    return (char **) ((char *) object + row->offset);
}

static void
texts_free (void *object, const struct text_row *rows)
{
    for (; rows->xpath; rows++)
        free (*text_at (object, rows));
}

void
libvirt_disks_free (struct libvirt_disks *disks)
{
    for (size_t i = 0; i < disks->count; i++) {
        struct libvirt_disk *d = &disks->item[i];

        for (size_t j = 0; j < d->nr_hosts; j++)
            texts_free (&d->hosts[j], host_rows);
        free (d->hosts);
        texts_free (d, disk_rows);
    }
    free (disks->item);
    *disks = (struct libvirt_disks) { .item = NULL };
}

/* The library, and what it has made of the text. */
struct document {
    const struct libxml *libxml;
    xmlParserCtxtPtr parser;
    xmlDocPtr doc;
    xmlXPathContextPtr xpath;
};

static void
document_close (struct document *d)
{
    if (d->xpath)
        d->libxml->xmlXPathFreeContext (d->xpath);
    if (d->doc)
        d->libxml->xmlFreeDoc (d->doc);
    if (d->parser)
        d->libxml->xmlFreeParserCtxt (d->parser);
}

#define cleanup_document __attribute__ ((cleanup (document_close)))

static int
document_open (struct document *d, const char *xml, struct error *err)
{
    size_t size = strlen (xml);
    const xmlError *why;

    d->libxml = load_libxml (err);
    if (!d->libxml)
        return -1;
    if (size > XML_MAX)
        return fail (err, EFBIG, "it has %zu bytes", size);
    d->libxml->xmlInitParser ();
    d->parser = d->libxml->xmlNewParserCtxt ();
    if (!d->parser)
        out_of_memory ();
    d->doc = d->libxml->xmlCtxtReadMemory (
        d->parser, xml, (int) size, NULL, "UTF-8",
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!d->doc) {
        why = d->libxml->xmlCtxtGetLastError (d->parser);
        fail (err, EINVAL, "line %d: %s", why ? why->line : 0,
              why && why->message ? why->message : "it is no XML");
        string_trim_end (err->message);
        return -1;
    }
    if (d->doc->intSubset)
        return fail (err, EINVAL, "it has a document type, which libvirt does "
                     "not write");
    d->xpath = d->libxml->xmlXPathNewContext (d->doc);
    if (!d->xpath)
        out_of_memory ();
    return 0;
}

/* Seen from that element; the caller frees it.  Our expressions are right,
 * so what fails is memory.
 */
static xmlXPathObjectPtr
evaluate (const struct document *d, xmlNodePtr from, const char *xpath)
{
    xmlXPathObjectPtr result;

    d->xpath->node = from;
    result = d->libxml->xmlXPathEval ((const xmlChar *) xpath, d->xpath);
    if (!result)
        out_of_memory ();
    return result;
}

static void
read_texts (const struct document *d, xmlNodePtr from,
            const struct text_row *rows, void *object)
{
    for (; rows->xpath; rows++) {
        xmlXPathObjectPtr found = evaluate (d, from, rows->xpath);
        xmlChar *text = d->libxml->xmlXPathCastToString (found);

        if (!text)
            out_of_memory ();
        *text_at (object, rows) = xstrdup ((const char *) text);
        (*d->libxml->xmlFree) (text);
        d->libxml->xmlXPathFreeObject (found);
    }
}

/* So many elements were found. */
static size_t
count_of (const xmlXPathObject *found)
{
    return found->nodesetval ? (size_t) found->nodesetval->nodeNr : 0;
}

static int
read_hosts (const struct document *d, xmlNodePtr from,
            struct libvirt_disk *disk, struct error *err)
{
    xmlXPathObjectPtr found = evaluate (d, from, "source/host");
    size_t count = count_of (found);
    int r = 0;

    if (count > HOSTS_MAX)
        r = fail (err, EFBIG, "disk %s has %zu servers", disk->target, count);
    else
        disk->hosts = xcalloc (count + 1, sizeof *disk->hosts);
    for (size_t i = 0; r == 0 && i < count; i++)
        read_texts (d, found->nodesetval->nodeTab[i], host_rows,
                    &disk->hosts[disk->nr_hosts++]);
    d->libxml->xmlXPathFreeObject (found);
    return r;
}

static int
read_disks (const struct document *d, struct libvirt_disks *disks,
            struct error *err)
{
    xmlXPathObjectPtr found = evaluate (d, (xmlNodePtr) d->doc,
                                        "/domain/devices/disk");
    size_t count = count_of (found);
    int r = 0;

    if (count > DISKS_MAX)
        r = fail (err, EFBIG, "it has %zu disks", count);
    else
        disks->item = xcalloc (count + 1, sizeof *disks->item);
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct libvirt_disk *disk = &disks->item[disks->count++];
        xmlNodePtr element = found->nodesetval->nodeTab[i];

        read_texts (d, element, disk_rows, disk);
        r = read_hosts (d, element, disk, err);
    }
    d->libxml->xmlXPathFreeObject (found);
    return r;
}

int
libvirt_parse (const char *xml, struct libvirt_disks *ret, struct error *err)
{
    cleanup_document struct document d = { .libxml = NULL };
    struct libvirt_disks disks = { .item = NULL };

    if (document_open (&d, xml, err) < 0 || read_disks (&d, &disks, err) < 0) {
        libvirt_disks_free (&disks);
        return fail_context (err, "the description of the domain");
    }
    *ret = disks;
    return 0;
}
