/* SPDX-License-Identifier: Apache-2.0 */

/* A request's target, taken apart by us from the raw bytes: path segments and query parameters.
 *
 * Taken are origin form ("/a?b"), absolute form of http ("http://host/a?b", which means the same where the host is this
 * one's) and the asterisk (RFC 9112, section 3.2), in printable ASCII without a fragment. Each segment and each
 * query name and value is percent-decoded on its own (RFC 3986, section 2.1), so that an escaped slash never makes a
 * segment; in the query a plus is a space. Refused are a broken escape, %00 and what is no UTF-8.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_TARGET_MAX_SEGMENTS 32
#define TW_TARGET_MAX_PARAMETERS 64

typedef enum
{
  TW_TARGET_ORIGIN,
  TW_TARGET_ABSOLUTE,
  TW_TARGET_ASTERISK, /* no path: without segments and parameters */
} TwTargetForm;

/* Strings live as long as the target. "/" has no segment; "/a/" has two, the second one empty. */
typedef struct
{
  TwTargetForm form;
  char *authority; /* of the absolute form: "HOST" or "HOST:PORT" as it was sent, not empty; else NULL */
  char *path;      /* as it was sent, without the query: for the log and for plain files */
  guint n_segments;
  char *segments[TW_TARGET_MAX_SEGMENTS];
  guint n_parameters;
  char *names[TW_TARGET_MAX_PARAMETERS];
  char *values[TW_TARGET_MAX_PARAMETERS]; /* "" where there is no equals sign */
  /* private */
  char *decoded; /* what the strings are parts of */
} TwTarget;

/* Reads @raw into @target, whatever that holds. Fails with TW_ERROR_INVALID; @target is to be cleared all the same. */
gboolean tw_target_parse (TwTarget *target, const char *raw, GError **error);
void tw_target_clear (TwTarget *target);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwTarget, tw_target_clear)

G_END_DECLS
