/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-message-transport.h"

#include <string.h>

struct _TwMessageTransport
{
  ThriftTransport parent;

  const guint8 *at;
  const guint8 *end;
  TwBuffer written;
};

G_DEFINE_FINAL_TYPE (TwMessageTransport, tw_message_transport, THRIFT_TYPE_TRANSPORT)

static gsize
left (TwMessageTransport *self)
{
  return (gsize) (self->end - self->at);
}

static gboolean
is_open (ThriftTransport *transport)
{
  return TRUE;
}

static gboolean
do_nothing (ThriftTransport *transport, GError **error)
{
  return TRUE;
}

static gboolean
peek (ThriftTransport *transport, GError **error)
{
  return left (TW_MESSAGE_TRANSPORT (transport)) > 0;
}

static gboolean
has_left (ThriftTransport *transport, glong n, GError **error)
{
  if (n >= 0 && (gsize) n <= left (TW_MESSAGE_TRANSPORT (transport)))
    return TRUE;
  g_set_error_literal (error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_RECEIVE, "The message ends here");
  return FALSE;
}

/* Serves read and read_all alike: all that is asked for is there, or it is an error. */
static gint32
read_all (ThriftTransport *transport, gpointer out, guint32 n, GError **error)
{
  TwMessageTransport *self = (TwMessageTransport *) transport;

  if (n > G_MAXINT32 || !has_left (transport, (glong) n, error))
    return -1;
  if (n > 0)
    memcpy (out, self->at, n);
  self->at += n;
  return (gint32) n;
}

static gboolean
write_all (ThriftTransport *transport, const gpointer bytes, const guint32 n, GError **error)
{
  TwMessageTransport *self = (TwMessageTransport *) transport;

  tw_buffer_append (&self->written, bytes, n);
  return TRUE;
}

/* The message's size was checked before: nothing to count. */
static gboolean
count_nothing (ThriftTransport *transport, glong n, GError **error)
{
  return TRUE;
}

static void
tw_message_transport_finalize (GObject *object)
{
  TwMessageTransport *self = TW_MESSAGE_TRANSPORT (object);

  tw_buffer_clear (&self->written);
  G_OBJECT_CLASS (tw_message_transport_parent_class)->finalize (object);
}

static void
tw_message_transport_class_init (TwMessageTransportClass *class)
{
  ThriftTransportClass *transport_class = THRIFT_TRANSPORT_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = tw_message_transport_finalize;
  transport_class->is_open = is_open;
  transport_class->peek = peek;
  transport_class->open = do_nothing;
  transport_class->close = do_nothing;
  transport_class->read = read_all;
  transport_class->read_all = read_all;
  transport_class->read_end = do_nothing;
  transport_class->write = write_all;
  transport_class->write_end = do_nothing;
  transport_class->flush = do_nothing;
  transport_class->checkReadBytesAvailable = has_left;
  transport_class->updateKnownMessageSize = count_nothing;
  transport_class->resetConsumedMessageSize = count_nothing;
  transport_class->countConsumedMessageBytes = count_nothing;
}

static void
tw_message_transport_init (TwMessageTransport *self)
{
}

TwMessageTransport *
tw_message_transport_new (const guint8 *message, gsize length)
{
  TwMessageTransport *self = g_object_new (TW_TYPE_MESSAGE_TRANSPORT, NULL);

  /* What is empty may be NULL, to which C lets nothing be added. */
  self->at = length > 0 ? message : (const guint8 *) "";
  self->end = self->at + length;
  return self;
}

TwBuffer *
tw_message_transport_written (TwMessageTransport *self)
{
  return &self->written;
}
