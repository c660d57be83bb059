/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 (RFC 4648). */

#include "config.h"

#include "base64.h"

const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
base64_encode (char *out, const void *data, size_t size)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < size; i += 3) {
        unsigned char b = i + 1 < size ? p[i + 1] : 0;
        unsigned char c = i + 2 < size ? p[i + 2] : 0;

        *out++ = base64_alphabet[p[i] >> 2];
        *out++ = base64_alphabet[(p[i] & 3) << 4 | b >> 4];
        *out++ = i + 1 < size ? base64_alphabet[(b & 15) << 2 | c >> 6] : '=';
        *out++ = i + 2 < size ? base64_alphabet[c & 63] : '=';
    }
    return out;
}
