/* SPDX-License-Identifier: Apache-2.0 */

/* Follows what a method with a stream (tw.stream) says: asks it again and again, behind the token of the answer before, and
 * prints what is new as it comes. The service's hints say when there may be something; it is asked once a second in any case,
 * since an instance knows of its own changes alone. */

#pragma once

#include "tw-remote.h"
#include "tw-schema.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct
{
  TwRemote *remote;
  const TwService *service;
  const TwMethod *method; /* of it; with a stream */
  json_t *arguments;      /* as tw_bind_object() takes them, without a problem; the token to begin behind is changed */
  guint timeout_ms;       /* of each call */
  gboolean as_json;
  void (*say) (const char *message); /* to whoever has started it, beside what is printed */
} TwWatch;

/* Prints a line for each new thing: its fields, or the JSON that it is. With that there is a line {"TOKEN": "…"} behind the
 * things of each answer, which says how far they reach, by the name that the token has in the IDL. Where the token is no longer
 * good, {"refetch": true}, or "refetch", comes before all there is. A service that goes away is waited for.
 *
 * Goes on until something fails: with TW_ERROR, what the method means by it, UNAVAILABLE or TIMEOUT where it has never
 * answered, INTERNAL where nothing can be printed. A reader that has gone ends the program by SIGPIPE within a second or so. */
void tw_watch_run (const TwWatch *watch, GError **error);

G_END_DECLS
