/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arguments of a call: from words to values. */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "arguments.h"
#include "cleanup.h"
#include "command-table.h"
#include "keys.h"
#include "local-file.h"
#include "memory.h"
#include "number.h"
#include "scanner.h"
#include "string-list.h"
#include "windows-path.h"

static int
parse_integer (const char *word, int64_t min, int64_t max,
               const struct parameter *p, struct value *value,
               struct error *err)
{
    if (parse_number (word, min, max, &value->number, err) < 0)
        return fail_context (err, "%s", p->name);
    return 0;
}

static int
parse_list (const char *word, const struct parameter *p, struct value *value,
            struct error *err)
{
    value->list = split_list (word, err);
    return value->list ? 0 : fail_context (err, "%s", p->name);
}

static int
parse_paths (struct shell *sh, char **paths, struct error *err)
{
    for (; *paths; paths++) {
        char *path = guest_path (sh, *paths, err);

        if (!path)
            return -1;
        free (*paths);
        *paths = path;
    }
    return 0;
}

static int
parse_truth (const char *word, const struct parameter *p, struct value *value,
             struct error *err)
{
    bool truth;

    if (parse_bool (word, &truth, err) < 0)
        return fail_context (err, "%s", p->name);
    value->number = truth;
    return 0;
}

static int
parse_path (struct shell *sh, const char *word, struct value *value,
            struct error *err)
{
    value->text = guest_path (sh, word, err);
    if (!value->text)
        return -1;
    value->size = strlen (value->text);
    return 0;
}

static int
parse_text (const char *word, const struct parameter *p, struct value *value)
{
    if (p->kind == ARGUMENT_OPTSTRING && !*word)
        return 0;
    value->text = xstrdup (word);
    value->size = strlen (word);
    return 0;
}

static int
parse_value (struct shell *sh, const char *word, const struct parameter *p,
             struct value *value, struct error *err)
{
    if (p->is_list && parse_list (word, p, value, err) < 0)
        return -1;
    if (p->is_list)
        return p->kind == ARGUMENT_PATHNAME
               ? parse_paths (sh, value->list, err) : 0;
    switch (p->kind) {
    case ARGUMENT_INT:
        return parse_integer (word, INT_MIN, INT_MAX, p, value, err);
    case ARGUMENT_INT64:
        return parse_integer (word, INT64_MIN, INT64_MAX, p, value, err);
    case ARGUMENT_BOOL:
        return parse_truth (word, p, value, err);
    case ARGUMENT_PATHNAME:
    case ARGUMENT_DEVICE_OR_PATH:
    case ARGUMENT_MOUNTABLE_OR_PATH:
        return parse_path (sh, word, value, err);
    case ARGUMENT_FILE_IN:
        return local_file_in (sh, word, value, err);
    case ARGUMENT_FILE_OUT:
        return local_file_out (word, value, err);
    default:
        return parse_text (word, p, value);
    }
}

static size_t
count_parameters (const struct parameter *p)
{
    size_t n = 0;

    while (p && p[n].name)
        n++;
    return n;
}

/* "name:value", of which the value is *ret_value. */
static ssize_t
find_option (const struct shell_command *c, const char *word,
             const char **ret_value)
{
    size_t count = count_parameters (c->options);
    const char *colon = strchr (word, ':');

    for (size_t i = 0; i < count && colon; i++) {
        size_t length = strlen (c->options[i].name);

        if (length == (size_t) (colon - word)
            && memcmp (word, c->options[i].name, length) == 0) {
            *ret_value = colon + 1;
            return (ssize_t) i;
        }
    }
    return -1;
}

static int
parse_option (struct shell *sh, const struct shell_command *c,
              const char *word, struct arguments *args, struct error *err)
{
    const char *text;
    ssize_t n = find_option (c, word, &text);

    if (n < 0 && !count_parameters (c->options))
        return command_usage (c, "too many arguments", err);
    if (n < 0)
        return fail (err, EINVAL, "'%s' is no option of %s; 'help %s' lists "
                     "them", word, c->name, c->name);
    if (args->given & UINT64_C (1) << n)
        return fail (err, EINVAL, "option '%s' is given twice",
                     c->options[n].name);
    args->given |= UINT64_C (1) << n;
    return parse_value (sh, text, &c->options[n], &args->option[n], err);
}

static int
parse_key (struct shell *sh, const struct parameter *p, struct value *value,
           struct error *err)
{
    value->text = read_key (&sh->guest->key_input, p->name, err);
    if (!value->text)
        return -1;
    value->size = strlen (value->text);
    return 0;
}

static int
parse_words (struct shell *sh, const struct shell_command *c,
             char *const *words, struct arguments *args, size_t *word,
             struct error *err)
{
    size_t at = 0;

    for (size_t i = 0; c->parameters && c->parameters[i].name; i++) {
        const struct parameter *p = &c->parameters[i];

        if (p->kind == ARGUMENT_KEY)
            continue;
        if (!words[at])
            return command_usage (c, "arguments are missing", err);
        *word = at;
        if (parse_value (sh, words[at++], p, &args->value[i], err) < 0)
            return -1;
    }
    for (; words[at]; at++) {
        *word = at;
        if (parse_option (sh, c, words[at], args, err) < 0)
            return -1;
    }
    return 0;
}

/* Keys are asked for last, when all the rest is known to be right. */
static int
ask_for_keys (struct shell *sh, const struct shell_command *c,
              struct arguments *args, struct error *err)
{
    for (size_t i = 0; c->parameters && c->parameters[i].name; i++)
        if (c->parameters[i].kind == ARGUMENT_KEY
            && parse_key (sh, &c->parameters[i], &args->value[i], err) < 0)
            return -1;
    return 0;
}

static struct value *
make_values (const struct parameter *p)
{
    size_t count = count_parameters (p);
    struct value *values = xcalloc (count + 1, sizeof *values);

    for (size_t i = 0; i < count; i++)
        values[i].fd = -1;
    return values;
}

int
arguments_parse (struct shell *sh, const struct shell_command *c,
                 char *const *words, struct arguments *ret, size_t *ret_word,
                 struct error *err)
{
    struct arguments args = {
        .value = make_values (c->parameters),
        .option = make_values (c->options),
    };
    size_t word = (size_t) -1;

    if (parse_words (sh, c, words, &args, &word, err) < 0) {
        *ret_word = word;
        arguments_free (c, &args);
        return -1;
    }
    if (ask_for_keys (sh, c, &args, err) < 0) {
        arguments_free (c, &args);
        return -1;
    }
    *ret = args;
    return 0;
}

int
arguments_finish (const struct shell_command *c, struct arguments *args,
                  struct error *err)
{
    int r = 0;

    for (size_t i = 0; c->parameters && c->parameters[i].name; i++)
        if (outlet_finish (&args->value[i].outlet, err) < 0)
            r = -1;
    return r;
}

static void
free_values (const struct parameter *p, struct value *take_values)
{
    cleanup_error struct error ignored = { 0 };

    for (size_t i = 0; p && p[i].name; i++) {
        struct value *v = &take_values[i];

        outlet_finish (&v->outlet, &ignored);
        if (p[i].kind == ARGUMENT_KEY)
            forget_key (steal (&v->text));
        free (v->text);
        string_array_free (v->list);
        close_fd (&v->fd);
    }
    free (take_values);
}

void
arguments_free (const struct shell_command *c, struct arguments *args)
{
    free_values (c->parameters, args->value);
    free_values (c->options, args->option);
    *args = (struct arguments) { .given = 0 };
}
