/* SPDX-License-Identifier: Apache-2.0 */

/* Requests as the tests of binding write them down, and what becomes of them. The methods are the address book's. */

#pragma once

#include "tw-bind.h"

extern const TwProtocol PROTOCOLS[2];

/* What a request brings beside its body; an array of them ends with a NULL name. */
typedef struct
{
  TwSource source;
  const char *name;
  const char *value;
} Sent;

typedef struct
{
  const Sent *sent;
} Request;

/* The token of a user, and the same with a key in the path. */
extern const Sent OWNER[2];
extern const Sent KEYED[3];

/* The values of a request whose body is JSON, or NULL; @request has to stay. */
TwRequestValues request_values (Request *request, const json_t *body);

/* JSON that has to be sound. */
json_t *parse (const char *text);

/* What was bound, as a trusted reader sees it. */
char *show (const TwMethod *method, TwProtocol protocol, const TwBuffer *bytes);

/* The bytes must pass as a message's body, as a service would see them. */
void assert_scans (const TwMethod *method, TwProtocol protocol, const TwBuffer *bytes);

/* Binds a request in both protocols: @expected is the arguments as JSON. */
void assert_request (const char *name, const Sent *sent, const char *body, const char *expected);

/* Binds a request that must be refused: @expected is all that is said of it. */
void assert_refused (const char *name, const Sent *sent, const char *body, const char *expected);
