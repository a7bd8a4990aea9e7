/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-log-writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* How long a line that is in no haste waits for others. Under load the thread then wakes by itself, and nobody has to
 * wake it. */
#define GATHER_MS 10

/* How soon a disk that was full is tried again. */
#define RETRY_MS 100

/* The part of the room that is kept for urgent lines: a quarter. When an eighth is taken what waits waits no longer. */
#define URGENT_PART 4
#define HASTE_PART 8

typedef enum
{
  IDLE,      /* the thread sleeps until it is woken */
  GATHERING, /* … or until lines have waited for others long enough */
  AWAKE,     /* it will look for lines by itself */
} State;

struct _TwLogWriter
{
  int fd;
  gsize room;
  TwLogDroppedFunc say_dropped;
  pthread_t thread;
  guint8 *taken; /* the thread's: what it writes */

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake;  /* the thread */
  pthread_cond_t done;  /* those that flush */
  State state;
  gboolean haste; /* what waits does not wait for more */
  gboolean ended;
  guint n_flushing;
  guint8 *waiting;
  gsize n_waiting;
  guint64 n_put, n_done; /* bytes, since the beginning */
  guint64 n_dropped;     /* lines, since the beginning … */
  guint64 n_unsaid;      /* … and of these, of which no line has told yet */
};

static struct timespec
time_in (guint ms)
{
  struct timespec at;

  clock_gettime (CLOCK_MONOTONIC, &at);
  at.tv_sec += ms / 1000;
  at.tv_nsec += (long) (ms % 1000) * 1000000;
  if (at.tv_nsec >= 1000000000)
    {
      at.tv_sec += 1;
      at.tv_nsec -= 1000000000;
    }
  return at;
}

/* What follows until the next such comment is the thread's. */

/* Whether it is worth another try, after a while. */
static gboolean
wait_for_room (TwLogWriter *writer, int failure)
{
  struct timespec until = time_in (RETRY_MS);
  gboolean full = failure == ENOSPC || failure == EDQUOT;
  gboolean again;

  /* Another one has made it non-blocking. */
  if (failure == EAGAIN)
    poll (&(struct pollfd) { .fd = writer->fd, .events = POLLOUT }, 1, RETRY_MS);
  else if (!full)
    return FALSE;
  pthread_mutex_lock (&writer->lock);
  if (full && !writer->ended && writer->n_flushing == 0)
    pthread_cond_timedwait (&writer->wake, &writer->lock, &until);
  again = !writer->ended && (!full || writer->n_flushing == 0);
  pthread_mutex_unlock (&writer->lock);
  return again;
}

/* Writes @n bytes; returns how many of them it could not. */
static gsize
write_bytes (TwLogWriter *writer, const guint8 *at, gsize n)
{
  while (n > 0)
    {
      ssize_t written = write (writer->fd, at, n);

      if (written > 0)
        {
          at += written;
          n -= (gsize) written;
        }
      else if (written == 0 || (errno != EINTR && !wait_for_room (writer, errno)))
        break;
    }
  return n;
}

/* How many of the @n bytes at @at, which end with a line, one write takes. */
static gsize
fit (const guint8 *at, gsize n)
{
  const guint8 *end;

  if (n <= PIPE_BUF)
    return n;
  end = memrchr (at, '\n', PIPE_BUF);
  if (end == NULL)
    end = memchr (at, '\n', n);
  return end != NULL ? (gsize) (end - at) + 1 : n;
}

/* Returns how many of the lines it could not write whole. */
static guint64
write_lines (TwLogWriter *writer, const guint8 *at, gsize n)
{
  const guint8 *end = at + n;
  guint64 lost = 0;

  while (at < end)
    {
      gsize size = fit (at, (gsize) (end - at));
      gsize left = write_bytes (writer, at, size);

      at += size;
      for (const guint8 *unwritten = at - left; unwritten < at; unwritten++)
        lost += *unwritten == '\n' ? 1 : 0;
    }
  return lost;
}

static gboolean
tell_dropped (TwLogWriter *writer, guint64 n)
{
  g_auto (TwBuffer) line = TW_BUFFER_INIT;

  writer->say_dropped (&line, n);
  return write_bytes (writer, line.data, line.len) == 0;
}

/* The lock is held. */
static void
gather (TwLogWriter *writer)
{
  struct timespec until = time_in (GATHER_MS);

  writer->state = GATHERING;
  while (!writer->haste && pthread_cond_timedwait (&writer->wake, &writer->lock, &until) != ETIMEDOUT)
    continue;
  writer->state = AWAKE;
}

/* FALSE when there will be no lines any more. The lock is held. */
static gboolean
wait_for_lines (TwLogWriter *writer)
{
  gather (writer);
  while (writer->n_waiting == 0 && !writer->ended)
    {
      writer->state = IDLE;
      writer->haste = FALSE;
      pthread_cond_wait (&writer->wake, &writer->lock);
      gather (writer);
    }
  writer->haste = FALSE;
  return writer->n_waiting > 0;
}

static void *
run (void *user_data)
{
  TwLogWriter *writer = user_data;

  pthread_mutex_lock (&writer->lock);
  while (wait_for_lines (writer))
    {
      guint8 *lines = writer->waiting;
      gsize n = writer->n_waiting;
      guint64 dropped = writer->n_unsaid, lost;
      gboolean told;

      writer->waiting = writer->taken;
      writer->taken = lines;
      writer->n_waiting = 0;
      writer->n_unsaid = 0;
      pthread_mutex_unlock (&writer->lock);
      lost = write_lines (writer, lines, n);
      /* They came behind what has just been written, and before what has found room since. */
      told = dropped == 0 || tell_dropped (writer, dropped);
      pthread_mutex_lock (&writer->lock);
      writer->n_dropped += lost;
      writer->n_unsaid += lost + (told ? 0 : dropped);
      writer->n_done += n;
      pthread_cond_broadcast (&writer->done);
    }
  pthread_mutex_unlock (&writer->lock);
  return NULL;
}

/* From here on: other threads'. */

static void
init_condition (pthread_cond_t *condition)
{
  pthread_condattr_t attributes;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (condition, &attributes);
  pthread_condattr_destroy (&attributes);
}

static void
destroy (TwLogWriter *writer)
{
  pthread_cond_destroy (&writer->done);
  pthread_cond_destroy (&writer->wake);
  pthread_mutex_destroy (&writer->lock);
  g_free (writer->taken);
  g_free (writer->waiting);
  g_free (writer);
}

TwLogWriter *
tw_log_writer_new (int fd, gsize room, TwLogDroppedFunc say_dropped)
{
  TwLogWriter *writer = g_new0 (TwLogWriter, 1);
  sigset_t all, before;
  int failure;

  writer->fd = fd;
  writer->room = room;
  writer->say_dropped = say_dropped;
  writer->state = AWAKE;
  writer->taken = g_malloc (room);
  writer->waiting = g_malloc (room);
  pthread_mutex_init (&writer->lock, NULL);
  init_condition (&writer->wake);
  init_condition (&writer->done);
  /* A signal, SIGPIPE among them, is no business of the thread. */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  failure = pthread_create (&writer->thread, NULL, run, writer);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (failure != 0)
    {
      destroy (writer);
      return NULL;
    }
  pthread_setname_np (writer->thread, "log");
  return writer;
}

/* Whether the thread has to be woken, with the lock no longer held, so that it does not wait for it. The lock is held. */
static gboolean
has_to_be_woken (TwLogWriter *writer, gboolean haste)
{
  gboolean sleeps = writer->state == IDLE || (writer->state == GATHERING && haste);

  writer->haste = writer->haste || haste;
  if (sleeps)
    writer->state = AWAKE;
  return sleeps;
}

void
tw_log_writer_put (TwLogWriter *writer, const void *line, gsize n, TwLogHaste haste)
{
  gsize kept = haste == TW_LOG_URGENT ? 0 : writer->room / URGENT_PART;
  gboolean wake = FALSE;

  pthread_mutex_lock (&writer->lock);
  if (n + kept <= writer->room - writer->n_waiting)
    {
      memcpy (writer->waiting + writer->n_waiting, line, n);
      writer->n_waiting += n;
      writer->n_put += n;
      wake = has_to_be_woken (writer, haste != TW_LOG_SOON || writer->n_waiting > writer->room / HASTE_PART);
    }
  else
    {
      writer->n_dropped++;
      writer->n_unsaid++;
    }
  pthread_mutex_unlock (&writer->lock);
  if (wake)
    pthread_cond_signal (&writer->wake);
}

gboolean
tw_log_writer_flush (TwLogWriter *writer, guint timeout_ms)
{
  struct timespec until = time_in (timeout_ms);
  guint64 all;
  gboolean written;
  int result = 0;

  pthread_mutex_lock (&writer->lock);
  all = writer->n_put;
  writer->n_flushing++;
  if (writer->n_done < all)
    {
      has_to_be_woken (writer, TRUE);
      pthread_cond_signal (&writer->wake); /* it may also wait for a disk */
    }
  while (writer->n_done < all && result != ETIMEDOUT)
    result = pthread_cond_timedwait (&writer->done, &writer->lock, &until);
  writer->n_flushing--;
  written = writer->n_done >= all && writer->n_unsaid == 0;
  pthread_mutex_unlock (&writer->lock);
  return written;
}

guint64
tw_log_writer_dropped (TwLogWriter *writer)
{
  guint64 n;

  pthread_mutex_lock (&writer->lock);
  n = writer->n_dropped;
  pthread_mutex_unlock (&writer->lock);
  return n;
}

void
tw_log_writer_free (TwLogWriter *writer)
{
  pthread_mutex_lock (&writer->lock);
  writer->ended = TRUE;
  writer->haste = TRUE;
  pthread_mutex_unlock (&writer->lock);
  pthread_cond_signal (&writer->wake);
  pthread_join (writer->thread, NULL);
  destroy (writer);
}
