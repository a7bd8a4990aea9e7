/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-router.h"

#include <string.h>

/* In the order in which an Allow header names them. HEAD is GET's shadow, OPTIONS everybody's. */
static const char *const verbs[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

typedef struct
{
  const TwMethod *method; /* NULL: no such verb here */
  gboolean stream;
  GPtrArray *names;       /* of char * */
  GArray *segments;       /* of guint */
} Endpoint;

typedef struct _Node Node;

struct _Node
{
  GHashTable *literals; /* segment to Node */
  Node *parameter;
  Endpoint endpoints[G_N_ELEMENTS (verbs)];
  char *allow; /* NULL: no route ends here */
};

struct _TwRouter
{
  TwSchema *schema;
  Node *root;
};

static void
node_free (Node *node)
{
  g_hash_table_unref (node->literals);
  g_clear_pointer (&node->parameter, node_free);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_clear_pointer (&node->endpoints[i].names, g_ptr_array_unref);
      g_clear_pointer (&node->endpoints[i].segments, g_array_unref);
    }
  g_free (node->allow);
  g_free (node);
}

static Node *
node_new (void)
{
  Node *node = g_new0 (Node, 1);

  node->literals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) node_free);
  return node;
}

static Node *
child (Node *node, const char *segment)
{
  Node *next;

  if (segment[0] == ':')
    {
      if (node->parameter == NULL)
        node->parameter = node_new ();
      return node->parameter;
    }
  next = g_hash_table_lookup (node->literals, segment);
  if (next == NULL)
    {
      next = node_new ();
      g_hash_table_insert (node->literals, g_strdup (segment), next);
    }
  return next;
}

static void
update_allow (Node *node)
{
  GString *allow = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (node->endpoints[i].method != NULL)
      g_string_append_printf (allow, "%s, %s", verbs[i], i == 0 ? "HEAD, " : "");
  g_string_append (allow, "OPTIONS");
  g_free (node->allow);
  node->allow = g_string_free (allow, FALSE);
}

static int
verb_index (const char *verb)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (verb, verbs[i]) == 0)
      return (int) i;
  return strcmp (verb, "HEAD") == 0 ? 0 : -1;
}

static void
add_route (TwRouter *router, const TwMethod *method, const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path + 1, "/", -1);
  int verb = verb_index (method->verb);
  Endpoint endpoint = { .method = method, .stream = path != method->path };
  Node *node = router->root;

  g_return_if_fail (verb >= 0);
  endpoint.names = g_ptr_array_new_with_free_func (g_free);
  endpoint.segments = g_array_new (FALSE, FALSE, sizeof (guint));
  /* "/" alone is the root, which has no segment. */
  for (guint i = 0; path[1] != '\0' && segments[i] != NULL; i++)
    {
      node = child (node, segments[i]);
      if (segments[i][0] != ':')
        continue;
      g_ptr_array_add (endpoint.names, g_strdup (segments[i] + 1));
      g_array_append_val (endpoint.segments, i);
    }
  node->endpoints[verb] = endpoint;
  update_allow (node);
}

TwRouter *
tw_router_new (TwSchema *schema)
{
  TwRouter *router = g_new0 (TwRouter, 1);

  router->schema = tw_schema_ref (schema);
  router->root = node_new ();
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);

      for (guint k = 0; k < service->n_methods; k++)
        {
          const TwMethod *method = &service->methods[k];

          if (method->verb != NULL)
            add_route (router, method, method->path);
          if (method->stream != NULL)
            add_route (router, method, method->stream->path);
        }
    }
  return router;
}

void
tw_router_free (TwRouter *router)
{
  node_free (router->root);
  tw_schema_unref (router->schema);
  g_free (router);
}

/* Goes no deeper than the schema's longest route. */
static const Node *
walk (const Node *node, const char *const *segments, guint n)
{
  const Node *next, *found;

  if (n == 0)
    return node->allow != NULL ? node : NULL;
  next = g_hash_table_lookup (node->literals, segments[0]);
  found = next != NULL ? walk (next, segments + 1, n - 1) : NULL;
  if (found == NULL && node->parameter != NULL && segments[0][0] != '\0')
    found = walk (node->parameter, segments + 1, n - 1);
  return found;
}

TwRouteResult
tw_router_find (const TwRouter *router, const char *verb, const char *const *segments, guint n, TwRoute *route,
                const char **allow)
{
  const Node *node = walk (router->root, segments, n);
  const Endpoint *endpoint;
  int index = verb_index (verb);

  *allow = node != NULL ? node->allow : NULL;
  if (node == NULL)
    return TW_ROUTE_NO_PATH;
  endpoint = index >= 0 ? &node->endpoints[index] : NULL;
  if (endpoint == NULL || endpoint->method == NULL)
    return TW_ROUTE_NO_VERB;
  *route = (TwRoute) {
    .method = endpoint->method,
    .stream = endpoint->stream,
    .n_parameters = endpoint->names->len,
    .names = (const char *const *) endpoint->names->pdata,
    .segments = (const guint *) (const void *) endpoint->segments->data,
  };
  return TW_ROUTE_FOUND;
}
