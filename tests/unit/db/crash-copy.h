/* SPDX-License-Identifier: Apache-2.0 */

/* What another process would find if this one were killed now: a copy of the database's files as they are. */

#pragma once

#include <glib.h>

/* Copies the database @path and its write-ahead log to new files beside it, over those of the last time. Returns the
 * copy's path. Free with g_free(). */
char *tw_crash_copy (const char *path);
