/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-dispatch.h"

#include "tw-check.h"
#include "tw-error.h"

const TwMethod *
tw_server_method_of (const TwServer *server, const TwMessage *message)
{
  return tw_service_find_method (server->service, message->name, message->name_length);
}

TwCall *
tw_server_make_call (const TwServer *server, const TwMethod *method, const guint8 *start, const TwMessage *message,
                     gint64 came_ms)
{
  const TwCallSetup setup = { server->limits.max_reply, server->limits.max_call_ms, server->answers };

  return tw_call_new (start, message, method, &setup, came_ms);
}

/* NULL if the arguments keep every limit. */
static GError *
find_fault (TwServer *server, const TwCall *call)
{
  g_autoptr (TwProblems) problems = NULL;
  g_autofree char *detail = NULL;

  if (tw_check_struct (call->method->arguments, call->encoding.protocol, call->bytes + call->body_offset,
                       call->body_length, server->problems))
    return NULL;
  problems = g_steal_pointer (&server->problems);
  server->problems = tw_problems_new ();
  detail = tw_problems_to_string (problems);
  return g_error_new_literal (TW_ERROR, TW_ERROR_INVALID, detail);
}

void
tw_server_start_call (TwServer *server, TwCall *call)
{
  g_autoptr (GError) fault = NULL;
  const TwCallHandler *handler;

  if (call->method == NULL)
    {
      tw_call_refuse (call, TW_APPLICATION_UNKNOWN_METHOD, "The service has no such method");
      return;
    }
  fault = find_fault (server, call);
  if (fault != NULL)
    {
      tw_call_fail (call, fault);
      return;
    }
  handler = &server->handlers[call->method - server->service->methods];
  handler->func (call, handler->user_data);
}
