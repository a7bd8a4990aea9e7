/* SPDX-License-Identifier: Apache-2.0 */

/* What waits to be written to one socket: small messages are gathered into one run of bytes, large ones are kept as
 * they are, and all of it goes out in as few calls of sendmsg(2) as the kernel takes. Not thread-safe. */

#pragma once

#include "tw-buffer.h"

G_BEGIN_DECLS

typedef struct _TwSendQueue TwSendQueue;

typedef enum
{
  TW_SEND_DONE,    /* nothing is left */
  TW_SEND_PARTLY,  /* the kernel takes no more for now */
  TW_SEND_FAILED,  /* the connection is broken */
} TwSendStatus;

TwSendQueue *tw_send_queue_new (void);
void tw_send_queue_free (TwSendQueue *queue);

/* Appends what @message holds, with its length before it as a frame if @framed; takes it and leaves @message empty. */
void tw_send_queue_take (TwSendQueue *queue, gboolean framed, TwBuffer *message);

/* Bytes that are not written yet. */
gsize tw_send_queue_length (const TwSendQueue *queue);

/* Writes what the non-blocking socket @fd takes; *@written is the number of bytes that it took. */
TwSendStatus tw_send_queue_write (TwSendQueue *queue, int fd, gsize *written);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSendQueue, tw_send_queue_free)

G_END_DECLS
