/* SPDX-License-Identifier: Apache-2.0 */

/* Plain files, held in memory: what a bundle brings, and documents made at start.
 *
 * Each has an ETag over its bytes and is revalidated on every use; browsers run and load nothing but such files. What gets
 * shorter by it is kept in gzip as well, with a tag of its own (tw-etag.h). */

#pragma once

#include "tw-request.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Immutable once all is added: any thread may use it. */
typedef struct _TwStatic TwStatic;

TwStatic *tw_static_new (void);
void tw_static_free (TwStatic *files);

/* Adds @bytes (referenced) at @path ("/a/b.css"). */
void tw_static_add (TwStatic *files, const char *path, const char *content_type, GBytes *bytes);

/* Adds every file below @prefix ("/some/where/") of @bundle, without the prefix; index.html stands for its folder too.
 * Fails with TW_ERROR_CONFIGURATION where the bundle has no such folder, or a file of a type that is not known. */
gboolean tw_static_add_bundle (TwStatic *files, GResource *bundle, const char *prefix, GError **error);

/* The answer for @request: the file, in gzip for who prefers that; 304 where the client has it, in a coding that it takes
 * (RFC 9110, section 13.1.2), 405 where the verb is no
 * reading one; NULL where there is no such file. */
TwResponse *tw_static_answer (const TwStatic *files, const TwRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwStatic, tw_static_free)

G_END_DECLS
