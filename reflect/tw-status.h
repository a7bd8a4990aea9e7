/* SPDX-License-Identifier: Apache-2.0 */

/* The HTTP statuses of refusals, in one table: what they are called and mean, and which routes can give them. The
 * gateway titles its problems by it, and the OpenAPI document lists each route's by it, so a status that the gateway
 * begins to give is a row here. Thread-safe. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

/* Which routes can be answered with a status. */
typedef enum
{
  TW_GIVEN_ALWAYS,   /* all */
  TW_GIVEN_TOKEN,    /* those that need a token, or take a cookie in a member's place */
  TW_GIVEN_COOKIES,  /* those whose requests may ask for cookies */
  TW_GIVEN_BODY,     /* those that take a body */
  TW_GIVEN_TAGS,     /* those that answer with an entity tag to a GET, or take If-Match */
  TW_GIVEN_IF_MATCH, /* those that take If-Match */
  TW_GIVEN_KEY,      /* those that take Idempotency-Key */
  TW_GIVEN_DECLARED, /* those whose method says so: tw.errors */
} TwGiven;

typedef enum
{
  TW_REFUSAL_PROBLEM, /* problem details (RFC 9457) */
  TW_REFUSAL_BARE,    /* libmicrohttpd's own answer, or a problem */
} TwRefusalForm;

typedef struct
{
  guint status;
  const char *title;       /* the phrase of RFC 9110 or 6585 */
  const char *description; /* what it means to who gets it */
  const char *detail;      /* of a problem, as an example */
  TwGiven given;
  TwRefusalForm form;
} TwStatus;

/* By place in the table, ascending by status; NULL behind the last. */
const TwStatus *tw_status_nth (guint i);

/* NULL where @status is not in the table. */
const TwStatus *tw_status_find (guint status);

/* The title; for one that is not in the table that of its class (RFC 9110, section 15). Static. */
const char *tw_status_title (guint status);

/* Whether @method's route can be answered with @status: by the gateway, or by what the method says of its exceptions.
 */
gboolean tw_status_can_be (const TwStatus *status, const TwMethod *method);

/* Whether @method says that its exceptions can become @status: tw.errors. */
gboolean tw_status_is_declared (const TwMethod *method, guint status);

G_END_DECLS
