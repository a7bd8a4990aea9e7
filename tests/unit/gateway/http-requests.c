/* SPDX-License-Identifier: Apache-2.0 */

#include "http-requests.h"

#include "http-heads.h"

#include <string.h>

static void
on_answered (gpointer user_data)
{
}

HttpRequest
http_request (const char *raw)
{
  g_autofree char *whole = g_strconcat (raw, "\r\nHost: x\r\n\r\n", NULL);
  g_autofree TwHead *head = g_new0 (TwHead, 1);
  HttpRequest made = { .bytes = http_head_parse (whole, strlen (whole), head), .pool = tw_request_pool_new () };
  TwResponse *response;

  made.request = tw_request_new (made.pool, head->target, &(TwIp) { 0 }, "192.0.2.1", on_answered, NULL);
  *tw_request_head (made.request) = *head;
  response = tw_request_check (made.request);
  g_assert_null (response);
  return made;
}

void
http_request_clear (HttpRequest *request)
{
  tw_request_free (request->request);
  tw_request_pool_free (request->pool);
  g_free (request->bytes);
}
