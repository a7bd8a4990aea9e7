/* SPDX-License-Identifier: Apache-2.0 */

/* Random bytes, for secrets as well. Thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fills @out with @n bytes from the kernel's generator (getrandom(2)). */
void tw_random_bytes (void *out, gsize n);

G_END_DECLS
