/* SPDX-License-Identifier: Apache-2.0 */

/* Which method answers a path: a tree made once from the schema's routes.
 *
 * A parameter stands for one whole segment that is not empty. A literal segment beats a parameter, and where the way
 * through the literal leads nowhere the parameter is tried. "a:b" is a literal: only a colon at a segment's
 * start makes a parameter. HEAD goes where GET goes.
 */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

typedef struct _TwRouter TwRouter;

/* The segments of the request that are @names' values. Points into the router. */
typedef struct
{
  const TwMethod *method;
  gboolean stream; /* it is the method's tw.stream */
  guint n_parameters;
  const char *const *names;
  const guint *segments;
} TwRoute;

typedef enum
{
  TW_ROUTE_FOUND,
  TW_ROUTE_NO_PATH,
  TW_ROUTE_NO_VERB, /* the path is there, but not with this verb */
} TwRouteResult;

/* Holds a reference on @schema. Immutable: any thread may use it. */
TwRouter *tw_router_new (TwSchema *schema);
void tw_router_free (TwRouter *router);

/* Looks for @verb and the decoded @segments. *@allow is the value of an Allow header for the path, NULL with NO_PATH;
 * it lives as long as the router. */
TwRouteResult tw_router_find (const TwRouter *router, const char *verb, const char *const *segments, guint n,
                              TwRoute *route, const char **allow);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRouter, tw_router_free)

G_END_DECLS
