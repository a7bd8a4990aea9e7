/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mailbox.h"

#include "tw-source.h"

#include <glib-unix.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Items that a thread holds back; more are delivered before its time. */
#define HELD_MAX 64

struct _TwMailbox
{
  pthread_mutex_t lock;
  GPtrArray *posted; /* guarded by lock */

  GPtrArray *delivering; /* the loop's own; empty between batches */
  TwMailboxFunc func;
  gpointer user_data;
  GDestroyNotify free_item;
  GSource *source;
  int event_fd;
};

static gboolean
deliver (int fd, GIOCondition condition, gpointer user_data)
{
  TwMailbox *mailbox = user_data;
  GPtrArray *batch;
  guint64 count;

  /* The counter is read before the items: what is posted in between wakes the loop once more. */
  if (read (fd, &count, sizeof count) < 0)
    return G_SOURCE_CONTINUE;

  pthread_mutex_lock (&mailbox->lock);
  batch = mailbox->posted;
  mailbox->posted = mailbox->delivering;
  mailbox->delivering = batch;
  pthread_mutex_unlock (&mailbox->lock);

  if (batch->len > 0)
    mailbox->func (batch->pdata, batch->len, mailbox->user_data);
  g_ptr_array_set_size (batch, 0);
  return G_SOURCE_CONTINUE;
}

TwMailbox *
tw_mailbox_new (GMainContext *context, TwMailboxFunc func, gpointer user_data, GDestroyNotify free_item)
{
  TwMailbox *mailbox = g_new0 (TwMailbox, 1);

  pthread_mutex_init (&mailbox->lock, NULL);
  mailbox->posted = g_ptr_array_new ();
  mailbox->delivering = g_ptr_array_new ();
  mailbox->func = func;
  mailbox->user_data = user_data;
  mailbox->free_item = free_item;
  mailbox->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (mailbox->event_fd < 0)
    g_error ("eventfd: %s", g_strerror (errno));
  mailbox->source = g_unix_fd_source_new (mailbox->event_fd, G_IO_IN);
  g_source_set_callback (mailbox->source, G_SOURCE_FUNC (deliver), mailbox, NULL);
  tw_source_attach (mailbox->source, context);
  return mailbox;
}

static void
post_all (TwMailbox *mailbox, gpointer *items, guint n)
{
  static const guint64 one = 1;
  int event_fd = mailbox->event_fd;
  gboolean first;

  pthread_mutex_lock (&mailbox->lock);
  first = mailbox->posted->len == 0;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (mailbox->posted, items[i]);
  pthread_mutex_unlock (&mailbox->lock);
  /* Only the first of a batch has to wake the loop: outside the lock, which the loop wants then, and would go to sleep
   * for again. The mailbox may be freed as soon as its last item was delivered, which is not before this. */
  if (first && write (event_fd, &one, sizeof one) < 0)
    g_error ("eventfd: %s", g_strerror (errno));
}

/* What this thread holds back, all of it for one mailbox. */
static _Thread_local struct
{
  gboolean holding;
  TwMailbox *mailbox;
  guint n;
  gpointer items[HELD_MAX];
} held;

static void
let_go (void)
{
  if (held.n > 0)
    post_all (held.mailbox, held.items, held.n);
  held.n = 0;
}

void
tw_mailbox_post (TwMailbox *mailbox, gpointer item)
{
  if (!held.holding)
    {
      post_all (mailbox, &item, 1);
      return;
    }
  if (held.n == HELD_MAX || held.mailbox != mailbox)
    let_go ();
  held.mailbox = mailbox;
  held.items[held.n++] = item;
}

void
tw_mailbox_hold (void)
{
  g_assert (!held.holding);
  held.holding = TRUE;
}

void
tw_mailbox_release (void)
{
  let_go ();
  held.holding = FALSE;
}

void
tw_mailbox_deliver (void)
{
  gpointer items[HELD_MAX];
  const TwMailbox *mailbox = held.mailbox;
  guint n = held.n;

  /* Whoever gets them may hold back others. */
  memcpy (items, held.items, n * sizeof items[0]);
  held.n = 0;
  held.holding = FALSE;
  if (n > 0)
    mailbox->func (items, n, mailbox->user_data);
}

void
tw_mailbox_free (TwMailbox *mailbox)
{
  g_source_destroy (mailbox->source);
  g_source_unref (mailbox->source);
  close (mailbox->event_fd);
  pthread_mutex_lock (&mailbox->lock);
  if (mailbox->free_item != NULL)
    g_ptr_array_set_free_func (mailbox->posted, mailbox->free_item);
  g_ptr_array_unref (mailbox->posted);
  pthread_mutex_unlock (&mailbox->lock);
  g_ptr_array_unref (mailbox->delivering);
  pthread_mutex_destroy (&mailbox->lock);
  g_free (mailbox);
}
