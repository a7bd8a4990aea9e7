/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-access-log.h"

#include "tw-json-text.h"

/* Put together by hand, since it is done for every request. */
void
tw_access_log_write (TwLogLevel level, const TwRequest *request, guint status, gint64 duration_us)
{
  const char *path = tw_request_path (request);
  g_auto (TwBuffer) line = TW_BUFFER_INIT;

  tw_buffer_append_string (&line, tw_request_method (request));
  tw_buffer_append_byte (&line, ' ');
  tw_buffer_append_string (&line, path != NULL ? path : "-");
  tw_buffer_append_byte (&line, ' ');
  tw_json_write_integer (&line, status);
  tw_buffer_append_byte (&line, ' ');
  tw_json_write_integer (&line, duration_us / 1000);
  tw_buffer_append_string (&line, "ms ");
  tw_buffer_append_string (&line, tw_request_id (request));
  tw_buffer_append_byte (&line, ' ');
  tw_buffer_append_string (&line, tw_request_client (request));
  tw_log_text (level, (const char *) line.data, line.len);
}
