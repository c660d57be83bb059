/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: a line of guestfish, whose words are also read as lists,
 * numbers and prompts.
 */

#include "config.h"

#include "cleanup.h"
#include "fuzz.h"
#include "memory.h"
#include "number.h"
#include "parser.h"
#include "prompt.h"
#include "scanner.h"
#include "string-list.h"

static void
use_word (const char *word)
{
    cleanup_error struct error err = { 0 };
    cleanup_string_array char **list = split_list (word, &err);
    cleanup_free char *prompt = prompt_decode (word);
    int64_t number;
    bool truth;

    check ((list == NULL) == (err.message != NULL));
    check (strlen (prompt) <= strlen (word));
    if (parse_number (word, -5, 1 << 20, &number, &err) == 0)
        check (number >= -5 && number <= 1 << 20);
    (void) parse_bool (word, &truth, &err);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_free char *text = xstrndup ((const char *) data, size);
    cleanup_line struct line line = { .kind = LINE_EMPTY };
    cleanup_error struct error err = { 0 };
    size_t column = (size_t) -1;

    if (parse_line (text, &line, &column, &err) < 0) {
        check (err.message && column <= strlen (text));
        check (line.words.count == 0 && !line.host);
        return 0;
    }
    check (line.kind != LINE_COMMAND || line.words.count > 0);
    for (size_t i = 0; i < line.words.count; i++) {
        check (line.columns[i] < strlen (text));
        use_word (line.words.item[i]);
    }
    return 0;
}
