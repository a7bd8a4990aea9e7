/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-send-queue.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* A message of up to this many bytes is copied to its predecessors: cheaper than an allocation and an iovec of its
 * own. */
#define GATHER_MAX (16 * 1024)

/* Room that such messages are given at first: many small ones come together. */
#define GATHER_START 2048

/* Chunks that one sendmsg(2) is given, and how often it is called before other connections have their turn. */
#define CHUNKS_MAX 16
#define ROUNDS_MAX 4

struct _TwSendQueue
{
  GQueue chunks; /* of TwBuffer, none of them empty */
  gsize sent;    /* of the first chunk */
  gsize length;
};

static void
free_chunk (gpointer data)
{
  TwBuffer *chunk = data;

  tw_buffer_clear (chunk);
  g_free (chunk);
}

TwSendQueue *
tw_send_queue_new (void)
{
  TwSendQueue *queue = g_new0 (TwSendQueue, 1);

  g_queue_init (&queue->chunks);
  return queue;
}

void
tw_send_queue_free (TwSendQueue *queue)
{
  g_queue_clear_full (&queue->chunks, free_chunk);
  g_free (queue);
}

gsize
tw_send_queue_length (const TwSendQueue *queue)
{
  return queue->length;
}

/* The chunk that small messages go to: the last one, unless it is a large message of its own. */
static TwBuffer *
gathering_chunk (TwSendQueue *queue)
{
  TwBuffer *last = g_queue_peek_tail (&queue->chunks);

  if (last == NULL || last->len > GATHER_MAX)
    {
      last = g_new0 (TwBuffer, 1);
      tw_buffer_reserve (last, GATHER_START);
      g_queue_push_tail (&queue->chunks, last);
    }
  return last;
}

void
tw_send_queue_take (TwSendQueue *queue, gboolean framed, TwBuffer *message)
{
  gsize before = queue->length;

  if (message->len == 0)
    return;
  if (framed)
    {
      guint32 frame = GUINT32_TO_BE ((guint32) message->len);

      tw_buffer_append (gathering_chunk (queue), &frame, sizeof frame);
      queue->length += sizeof frame;
    }
  queue->length += message->len;
  if (message->len <= GATHER_MAX && (before > 0 || framed))
    {
      tw_buffer_append (gathering_chunk (queue), message->data, message->len);
      tw_buffer_clear (message);
    }
  else
    {
      g_queue_push_tail (&queue->chunks, g_memdup2 (message, sizeof *message));
      *message = (TwBuffer) TW_BUFFER_INIT;
    }
}

static void
drop (TwSendQueue *queue, gsize n)
{
  queue->length -= n;
  queue->sent += n;
  for (TwBuffer *first = g_queue_peek_head (&queue->chunks); first != NULL && queue->sent >= first->len;
       first = g_queue_peek_head (&queue->chunks))
    {
      queue->sent -= first->len;
      free_chunk (g_queue_pop_head (&queue->chunks));
    }
}

static gssize
send_some (TwSendQueue *queue, int fd)
{
  struct iovec parts[CHUNKS_MAX];
  struct msghdr header = { .msg_iov = parts };
  gsize skip = queue->sent;

  for (GList *l = queue->chunks.head; l != NULL && header.msg_iovlen < CHUNKS_MAX; l = l->next)
    {
      const TwBuffer *chunk = l->data;

      parts[header.msg_iovlen++] = (struct iovec) { chunk->data + skip, chunk->len - skip };
      skip = 0;
    }
  return sendmsg (fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

TwSendStatus
tw_send_queue_write (TwSendQueue *queue, int fd, gsize *written)
{
  *written = 0;
  for (guint round = 0; round < ROUNDS_MAX && queue->length > 0; round++)
    {
      gssize n = send_some (queue, fd);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM))
        return TW_SEND_PARTLY;
      if (n < 0)
        return TW_SEND_FAILED;
      drop (queue, (gsize) n);
      *written += (gsize) n;
    }
  return queue->length == 0 ? TW_SEND_DONE : TW_SEND_PARTLY;
}
