/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client.h"
#include "tw-reader.h"

void
tw_application_exception_read (TwProtocol protocol, const guint8 *body, gsize length, TwApplicationError *code,
                               char **message)
{
  TwReader reader;
  TwWireType type;
  const char *data = "";
  gsize n = 0;
  gint32 number = TW_APPLICATION_UNKNOWN;
  gint16 id;

  tw_reader_init (&reader, protocol, body, length);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &id))
    {
      if (id == 1 && type == TW_WIRE_STRING)
        tw_reader_string (&reader, &data, &n);
      else if (id == 2 && type == TW_WIRE_I32)
        number = tw_reader_i32 (&reader);
      else
        tw_reader_skip (&reader, type);
    }
  tw_reader_struct_end (&reader);

  /* Other implementations know more codes; what we have no name for is unknown. */
  *code = number > TW_APPLICATION_UNKNOWN && number <= TW_APPLICATION_PROTOCOL_ERROR ? (TwApplicationError) number
                                                                                     : TW_APPLICATION_UNKNOWN;
  *message = g_utf8_make_valid (data, (gssize) n);
}
