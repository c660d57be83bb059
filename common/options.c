/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a program, from one table. */

#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "options.h"

/* What getopt_long returns for a long option: this plus the row. */
#define LONG_BASE 256

/* Where --help begins the explanations, and where its lines end. */
#define HELP_COLUMN 28
#define HELP_WIDTH 79

static bool
is_end (const struct option_row *row)
{
    return !row->name && !row->letter;
}

static size_t
count_rows (const struct option_row *table)
{
    size_t n = 0;

    while (!is_end (&table[n]))
        n++;
    return n;
}

static struct option *
make_long_options (const struct option_row *table, size_t count)
{
    struct option *options = xcalloc (count + 1, sizeof *options);
    struct option *o = options;

    for (size_t i = 0; i < count; i++)
        if (table[i].name)
            *o++ = (struct option) {
                .name = table[i].name,
                .has_arg = table[i].argument == OPTION_VALUE
                               ? required_argument
                           : table[i].argument == OPTION_MAYBE
                               ? optional_argument : no_argument,
                .val = LONG_BASE + (int) i,
            };
    return options;
}

/* A letter never takes an optional value: "-r foo" would be ambiguous. */
static char *
make_short_options (const struct option_row *table, size_t count)
{
    char *letters = xcalloc (2 * count + 2, 1);
    char *p = letters;

    *p++ = ':'; /* a missing value is not the same as an unknown option */
    for (size_t i = 0; i < count; i++) {
        if (!table[i].letter)
            continue;
        *p++ = table[i].letter;
        if (table[i].argument == OPTION_VALUE)
            *p++ = ':';
    }
    return letters;
}

/* NULL if there is no option of that letter. */
static const struct option_row *
find_letter (const struct option_row *table, int letter)
{
    while (!is_end (table) && table->letter != letter)
        table++;
    return is_end (table) ? NULL : table;
}

static int
fail_option (int c, const char *word, struct error *err)
{
    if (optopt > 0 && optopt < LONG_BASE)
        return fail (err, EINVAL, c == ':' ? "option -%c needs a value"
                                           : "unknown option -%c", optopt);
    if (c == ':')
        return fail (err, EINVAL, "option %s needs a value", word);
    if (optopt >= LONG_BASE)
        return fail (err, EINVAL, "option %s takes no value", word);
    return fail (err, EINVAL, "unknown option %s", word);
}

_Noreturn static void
show (const struct option_row *row, const struct option_row *table)
{
    size_t before = strcspn (row->value, OPTION_LIST);

    fwrite (row->value, 1, before, stdout);
    if (row->value[before]) {
        options_print_help (table, stdout);
        fputs (row->value + before + strlen (OPTION_LIST), stdout);
    }
    exit (EXIT_SUCCESS);
}

int
options_parse (const struct option_row *table, int argc, char *argv[],
               void *data, int *ret_rest, struct error *err)
{
    size_t count = count_rows (table);
    cleanup_free struct option *names = make_long_options (table, count);
    cleanup_free char *letters = make_short_options (table, count);
    const struct option_row *row;
    int c;

    opterr = 0;
    while ((c = getopt_long (argc, argv, letters, names, NULL)) != -1) {
        if (c == '?' || c == ':')
            return fail_option (c, argv[optind - 1], err);
        row = c < LONG_BASE ? find_letter (table, c) : &table[c - LONG_BASE];
        if (row->argument == OPTION_SHOW)
            show (row, table);
        if (row->apply (data, optarg, err) < 0)
            return -1;
    }
    *ret_rest = optind;
    return 0;
}

static const struct option_row *
find_name (const struct option_row *table, const char *name, size_t length)
{
    for (; !is_end (table); table++)
        if (table->name && strlen (table->name) == length
            && memcmp (table->name, name, length) == 0)
            return table;
    return NULL;
}

const struct option_row *
options_find (const struct option_row *table, const char *word,
              const char **ret_value)
{
    const struct option_row *row = NULL;
    const char *equals = strchr (word, '=');

    *ret_value = NULL;
    if (word[0] == '-' && word[1] == '-') {
        if (equals)
            *ret_value = equals + 1;
        return find_name (table, word + 2,
                          strcspn (word, "=") - strlen ("--"));
    }
    while (*++word) {
        row = find_letter (table, *word);
        if (!row || row->argument == OPTION_VALUE)
            break;
    }
    if (row && row->argument == OPTION_VALUE && word[1])
        *ret_value = word + 1;
    return row;
}

/* "  -a, --add=IMAGE"; how many columns that takes. */
static int
print_usage (const struct option_row *row, FILE *fp)
{
    int n = row->letter ? fprintf (fp, "  -%c", row->letter)
                        : fprintf (fp, "    ");

    if (row->name)
        n += fprintf (fp, "%s--%s", row->letter ? ", " : "  ", row->name);
    if (row->argument == OPTION_VALUE)
        n += fprintf (fp, row->name ? "=%s" : " %s", row->value);
    else if (row->argument == OPTION_MAYBE)
        n += fprintf (fp, "[=%s]", row->value);
    return n;
}

static void
print_filled (const char *text, int column, FILE *fp)
{
    if (column >= HELP_COLUMN) {
        fputc ('\n', fp);
        column = 0;
    }
    column += fprintf (fp, "%*s", HELP_COLUMN - column, "");
    while (*text) {
        int length = (int) strcspn (text, " ");

        if (column > HELP_COLUMN && column + 1 + length > HELP_WIDTH)
            column = fprintf (fp, "\n%*s", HELP_COLUMN, "") - 1;
        else if (column > HELP_COLUMN)
            column += fprintf (fp, " ");
        column += fprintf (fp, "%.*s", length, text);
        text += length;
        text += strspn (text, " ");
    }
    fputc ('\n', fp);
}

void
options_print_help (const struct option_row *table, FILE *fp)
{
    for (; !is_end (table); table++)
        if (table->help)
            print_filled (table->help, print_usage (table, fp), fp);
}

void
options_print_names (const struct option_row *table, FILE *fp)
{
    for (; !is_end (table); table++)
        if (table->name && table->help)
            fprintf (fp, "--%s\n", table->name);
}

void
options_print_letters (const struct option_row *table, FILE *fp)
{
    for (; !is_end (table); table++)
        if (table->letter && table->help)
            fprintf (fp, "-%c\n", table->letter);
}
