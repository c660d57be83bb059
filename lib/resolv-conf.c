/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the host resolves names, told to the appliance. */

#include "config.h"

#include <arpa/inet.h>
#include <string.h>

#include "memory.h"
#include "resolv-conf.h"
#include "string-list.h"

#define WHITE_SPACE " \t\r"

/* Longer lines are nobody's, and the guest need not have them. */
#define LINE_MAX_LENGTH 1024

/* Those that decide how to ask; "debug" for one only makes noise. */
static const struct {
    const char *name;
    bool has_number; /* after a colon */
} options[] = {
    { "attempts", true },
    { "edns0", false },
    { "ndots", true },
    { "no-aaaa", false },
    { "no-check-names", false },
    { "no-tld-query", false },
    { "rotate", false },
    { "single-request", false },
    { "single-request-reopen", false },
    { "timeout", true },
    { "trust-ad", false },
    { "use-vc", false },
};

#define N_OPTIONS (sizeof options / sizeof *options)

struct resolver {
    struct strings servers, options;
    char *search; /* the last "search" or "domain" line, or NULL */
    struct loopback_names loopback;
    size_t n_loopback;
    size_t n_seen; /* name servers in the file, also those left out */
    bool ipv6, first_ipv6_seen;
};

static void
resolver_free (struct resolver *r)
{
    strings_free (&r->servers);
    strings_free (&r->options);
    free (r->search);
}

#define cleanup_resolver __attribute__ ((cleanup (resolver_free)))

static void
add_ipv4 (struct resolver *r, struct in_addr server)
{
    struct in_addr seen_as = server;
    char text[INET_ADDRSTRLEN];

    /* Where nobody is named the host itself is meant, which is not the
     * appliance.
     */
    if (server.s_addr == htonl (INADDR_ANY))
        server.s_addr = htonl (INADDR_LOOPBACK);
    if (is_loopback (server)) {
        if (!loopback_alias (server, &seen_as))
            return;
        r->loopback.ipv4[r->n_loopback++] = server;
    }
    inet_ntop (AF_INET, &seen_as, text, sizeof text);
    strings_add (&r->servers, text);
}

static void
add_ipv6 (struct resolver *r, struct in6_addr server)
{
    bool first = !r->first_ipv6_seen;
    char text[INET6_ADDRSTRLEN];

    r->first_ipv6_seen = true;
    if (IN6_IS_ADDR_LOOPBACK (&server) || IN6_IS_ADDR_UNSPECIFIED (&server)) {
        server = loopback_alias6;
        r->loopback.ipv6 = true;
    }
    if (IN6_IS_ADDR_LINKLOCAL (&server)) {
        if (!first)
            return;
        inet_pton (AF_INET6, NAME_SERVER6, &server);
    }
    inet_ntop (AF_INET6, &server, text, sizeof text);
    strings_add (&r->servers, text);
    r->ipv6 = true;
}

/* An address, of IPv6 perhaps with a scope. */
static void
add_server (struct resolver *r, const char *word)
{
    cleanup_free char *address = xstrndup (word, strcspn (word, "%"));
    struct in_addr ipv4;
    struct in6_addr ipv6;

    if (r->n_seen == NAME_SERVERS_MAX)
        return;
    if (inet_pton (AF_INET6, address, &ipv6) == 1) {
        r->n_seen++;
        if (!IN6_IS_ADDR_V4MAPPED (&ipv6)) {
            add_ipv6 (r, ipv6);
            return;
        }
        memcpy (&ipv4, &ipv6.s6_addr[12], sizeof ipv4);
        add_ipv4 (r, ipv4);
    } else if (inet_aton (word, &ipv4)) {
        r->n_seen++;
        add_ipv4 (r, ipv4);
    }
}

static void
add_option (struct resolver *r, const char *word)
{
    size_t length = strcspn (word, ":");
    const char *number = word + length + (word[length] == ':');

    for (size_t i = 0; i < N_OPTIONS; i++)
        if (strlen (options[i].name) == length
            && strncmp (options[i].name, word, length) == 0
            && (word[length] == ':') == options[i].has_number
            && strspn (number, "0123456789") == strlen (number)
            && (!options[i].has_number || *number))
            strings_add_once (&r->options, word);
}

static bool
is_readable (const char *line)
{
    size_t length = strlen (line);

    for (size_t i = 0; i < length; i++)
        if (line[i] != '\t' && (line[i] < ' ' || line[i] > '~'))
            return false;
    return length <= LINE_MAX_LENGTH;
}

/* The words of a line, and what each is to be done with. */
static void
add_words (struct resolver *r, const char *line,
           void (*add) (struct resolver *, const char *), bool only_first)
{
    do {
        size_t length = strcspn (line, WHITE_SPACE);
        cleanup_free char *word = xstrndup (line, length);

        if (length > 0)
            add (r, word);
        line += length;
        line += strspn (line, WHITE_SPACE);
    } while (*line && !only_first);
}

/* As the C library's resolver reads it: the keyword begins the line. */
static void
add_line (struct resolver *r, char *line)
{
    size_t length = strcspn (line, WHITE_SPACE);
    const char *rest = line + length + strspn (line + length, WHITE_SPACE);
    cleanup_free char *keyword = xstrndup (line, length);

    string_trim_end (line);
    if (!*rest || !is_readable (line))
        return;
    if (strcmp (keyword, "nameserver") == 0) {
        add_words (r, rest, add_server, true);
    } else if (strcmp (keyword, "options") == 0) {
        add_words (r, rest, add_option, false);
    } else if (strcmp (keyword, "search") == 0
               || strcmp (keyword, "domain") == 0) {
        free (r->search);
        r->search = xstrdup (line);
    }
}

static char *
written (const struct resolver *r)
{
    cleanup_strings struct strings lines = STRINGS_EMPTY;
    cleanup_free char *words = strings_join (&r->options, " ");

    for (size_t i = 0; i < r->servers.count; i++)
        strings_add_format (&lines, "nameserver %s", r->servers.item[i]);
    if (r->search)
        strings_add (&lines, r->search);
    if (r->options.count > 0)
        strings_add_format (&lines, "options %s", words);
    strings_add (&lines, "");
    return strings_join (&lines, "\n");
}

char *
resolv_conf_for_guest (const char *text, struct loopback_names *ret_loopback,
                       bool *ret_ipv6)
{
    cleanup_resolver struct resolver r = { 0 };
    cleanup_string_array char **lines = string_split_lines (text);

    for (size_t i = 0; lines[i]; i++)
        add_line (&r, lines[i]);
    if (r.n_seen == 0) /* the default, resolv.conf (5) */
        add_server (&r, "127.0.0.1");
    *ret_loopback = r.loopback;
    *ret_ipv6 = r.ipv6;
    return written (&r);
}
