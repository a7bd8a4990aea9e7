/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-log-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM (16 * 1024)
#define LONG_MS 60000 /* for what has to happen */

static void
say_dropped (TwBuffer *line, guint64 n)
{
  g_autofree char *text = g_strdup_printf ("dropped %" G_GUINT64_FORMAT "\n", n);

  tw_buffer_append_string (line, text);
}

static void
put (TwLogWriter *writer, guint source, guint n, TwLogHaste haste)
{
  char line[32];

  g_snprintf (line, sizeof line, "line %u %07u\n", source, n);
  tw_log_writer_put (writer, line, strlen (line), haste);
}

static void
open_pipe (int ends[2], int size)
{
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_assert_cmpint (fcntl (ends[1], F_SETPIPE_SZ, size), >=, size);
}

#define MAX_SOURCES 4

/* What a reader has seen: that each line is whole, and comes behind those that its source put before. */
typedef struct
{
  guint n_lines;
  guint64 n_said; /* to be dropped */
  guint next[MAX_SOURCES];
} Seen;

static void
check_line (Seen *seen, const char *line)
{
  guint64 dropped;
  guint source, n;
  int end = 0;

  if (sscanf (line, "line %u %7u%n", &source, &n, &end) == 2)
    {
      g_assert_cmpint (line[end], ==, '\0');
      g_assert_cmpuint (source, <, MAX_SOURCES);
      g_assert_cmpuint (n, >=, seen->next[source]);
      seen->next[source] = n + 1;
      seen->n_lines++;
    }
  else
    {
      g_assert_cmpint (sscanf (line, "dropped %" G_GUINT64_FORMAT "%n", &dropped, &end), ==, 1);
      g_assert_cmpint (line[end], ==, '\0');
      g_assert_cmpuint (dropped, >, 0);
      seen->n_said += dropped;
    }
}

/* Reads until @n lines have come or been said to be dropped. */
static void
read_all (Seen *seen, int fd, guint64 n)
{
  FILE *stream = fdopen (dup (fd), "r");
  char line[64];

  g_assert_nonnull (stream);
  while (seen->n_lines + seen->n_said < n)
    {
      g_assert_nonnull (fgets (line, sizeof line, stream));
      g_assert_true (g_str_has_suffix (line, "\n"));
      line[strlen (line) - 1] = '\0';
      check_line (seen, line);
    }
  g_assert_cmpuint (seen->n_lines + seen->n_said, ==, n);
  fclose (stream);
}

static void
test_nobody_reads (void)
{
  const guint n = 20000;
  TwLogWriter *writer;
  Seen seen = { 0 };
  guint64 dropped;
  int ends[2];

  open_pipe (ends, 4096);
  writer = tw_log_writer_new (ends[1], ROOM, say_dropped);
  /* That this comes to its end is what is shown: most of the lines fit neither into the pipe nor into the room. */
  for (guint i = 0; i < n; i++)
    put (writer, 0, i, i % 3 == 0 ? TW_LOG_NOW : TW_LOG_SOON);
  dropped = tw_log_writer_dropped (writer);
  g_assert_cmpuint (dropped, >, n / 2);
  g_assert_false (tw_log_writer_flush (writer, 1));
  read_all (&seen, ends[0], n);
  g_assert_cmpuint (seen.n_said, ==, dropped);
  g_assert_cmpuint (tw_log_writer_dropped (writer), ==, dropped);
  g_assert_true (tw_log_writer_flush (writer, LONG_MS));

  /* It goes on as if nothing had been. */
  put (writer, 0, n, TW_LOG_SOON);
  read_all (&seen, ends[0], n + 1);
  g_assert_cmpuint (seen.n_said, ==, dropped);
  tw_log_writer_free (writer);
  close (ends[0]);
  close (ends[1]);
}

static void
test_urgent (void)
{
  TwLogWriter *writer;
  Seen seen = { 0 };
  guint64 dropped;
  guint n = 0;
  int ends[2];

  open_pipe (ends, 4096);
  writer = tw_log_writer_new (ends[1], ROOM, say_dropped);
  while (tw_log_writer_dropped (writer) < 5000)
    put (writer, 0, n++, TW_LOG_NOW);
  dropped = tw_log_writer_dropped (writer);
  for (guint i = 0; i < 100; i++)
    put (writer, 1, i, TW_LOG_URGENT);
  g_assert_cmpuint (tw_log_writer_dropped (writer), ==, dropped);
  /* But not without end. */
  for (guint i = 100; i < 5000; i++)
    put (writer, 1, i, TW_LOG_URGENT);
  g_assert_cmpuint (tw_log_writer_dropped (writer), >, dropped);
  read_all (&seen, ends[0], n + 5000);
  g_assert_cmpuint (seen.next[1], >=, 100);
  tw_log_writer_free (writer);
  close (ends[0]);
  close (ends[1]);
}

typedef struct
{
  TwLogWriter *writer;
  guint source;
  guint n;
} Source;

static void *
put_many (void *data)
{
  Source *source = data;

  for (guint i = 0; i < source->n; i++)
    put (source->writer, source->source, i, i % 64 == 0 ? TW_LOG_NOW : TW_LOG_SOON);
  return NULL;
}

static void
test_threads (void)
{
  Source sources[MAX_SOURCES];
  pthread_t threads[MAX_SOURCES];
  const guint n = 20000;
  TwLogWriter *writer;
  Seen seen = { 0 };
  int ends[2];

  open_pipe (ends, 65536);
  writer = tw_log_writer_new (ends[1], ROOM, say_dropped);
  for (guint i = 0; i < MAX_SOURCES; i++)
    {
      sources[i] = (Source) { writer, i, n };
      g_assert_cmpint (pthread_create (&threads[i], NULL, put_many, &sources[i]), ==, 0);
    }
  read_all (&seen, ends[0], MAX_SOURCES * n);
  for (guint i = 0; i < MAX_SOURCES; i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpuint (seen.n_said, ==, tw_log_writer_dropped (writer));
  tw_log_writer_free (writer);
  close (ends[0]);
  close (ends[1]);
}

/* A socket of packets shows what one write was. */
static void
test_writes (void)
{
  g_autofree char *long_line = g_strnfill (3 * PIPE_BUF, 'x');
  char packet[4 * PIPE_BUF];
  TwLogWriter *writer;
  guint n_writes = 0, n_long = 0;
  Seen seen = { 0 };
  int ends[2];

  long_line[3 * PIPE_BUF - 1] = '\n';
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
  writer = tw_log_writer_new (ends[1], 64 * 1024, say_dropped);
  for (guint i = 0; i < 1000; i++)
    {
      put (writer, 0, i, TW_LOG_SOON);
      if (i == 500)
        tw_log_writer_put (writer, long_line, 3 * PIPE_BUF, TW_LOG_SOON);
    }
  while (seen.n_lines < 1000)
    {
      const ssize_t n = read (ends[0], packet, sizeof packet - 1);

      g_assert_true (n > 0 && packet[n - 1] == '\n');
      n_writes++;
      if (n > PIPE_BUF)
        {
          g_assert_cmpmem (packet, n, long_line, 3 * PIPE_BUF);
          n_long++;
          continue;
        }
      packet[n] = '\0';
      for (char *at = packet, *end; *at != '\0'; at = end + 1)
        {
          end = strchr (at, '\n');
          *end = '\0';
          check_line (&seen, at);
        }
    }
  g_assert_cmpuint (n_long, ==, 1);
  g_assert_cmpuint (n_writes, <, 500);
  g_assert_cmpuint (tw_log_writer_dropped (writer), ==, 0);
  tw_log_writer_free (writer);
  close (ends[0]);
  close (ends[1]);
}

static void
test_full_disk (void)
{
  int full = open ("/dev/full", O_WRONLY | O_CLOEXEC);
  TwLogWriter *writer = tw_log_writer_new (full, ROOM, say_dropped);
  Seen seen = { 0 };
  int ends[2];

  g_assert_cmpint (full, >=, 0);
  for (guint i = 0; i < 10000; i++)
    put (writer, 0, i, TW_LOG_NOW);
  g_assert_cmpuint (tw_log_writer_dropped (writer), >, 0);
  /* Somebody has made room: what waits is written, and what found no room is said. */
  open_pipe (ends, 65536);
  g_assert_cmpint (dup2 (ends[1], full), ==, full);
  read_all (&seen, ends[0], 10000);
  g_assert_cmpuint (seen.n_said, ==, tw_log_writer_dropped (writer));
  g_assert_cmpuint (seen.n_lines, >, 0);
  tw_log_writer_free (writer);
  close (ends[0]);
  close (ends[1]);
  close (full);
}

/* Who ends does not wait for a disk, and one that ends for nobody. */
static void
test_full_disk_at_the_end (void)
{
  int full = open ("/dev/full", O_WRONLY | O_CLOEXEC);
  TwLogWriter *writer = tw_log_writer_new (full, ROOM, say_dropped);

  put (writer, 0, 0, TW_LOG_NOW);
  g_assert_false (tw_log_writer_flush (writer, LONG_MS));
  put (writer, 0, 1, TW_LOG_NOW);
  tw_log_writer_free (writer);
  close (full);
}

/* Another process that has the same pipe or terminal open can do that. */
static void
test_non_blocking (void)
{
  TwLogWriter *writer;
  Seen seen = { 0 };
  int ends[2];

  open_pipe (ends, 4096);
  g_assert_cmpint (fcntl (ends[1], F_SETFL, O_NONBLOCK), ==, 0);
  writer = tw_log_writer_new (ends[1], ROOM, say_dropped);
  for (guint i = 0; i < 5000; i++)
    put (writer, 0, i, TW_LOG_SOON);
  read_all (&seen, ends[0], 5000);
  g_assert_cmpuint (seen.n_said, ==, tw_log_writer_dropped (writer));
  tw_log_writer_free (writer);
  close (ends[0]);
  close (ends[1]);
}

static void
test_reader_goes_and_comes (void)
{
  g_autofree char *folder = g_dir_make_tmp ("test-log-writer-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "fifo", NULL);
  TwLogWriter *writer;
  Seen seen = { 0 };
  int reader, fd;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  reader = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  writer = tw_log_writer_new (fd, ROOM, say_dropped);
  close (reader);
  for (guint i = 0; i < 3; i++)
    put (writer, 0, i, TW_LOG_NOW);
  g_assert_false (tw_log_writer_flush (writer, LONG_MS));
  g_assert_cmpuint (tw_log_writer_dropped (writer), ==, 3);
  reader = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint (fcntl (reader, F_SETFL, 0), ==, 0);
  put (writer, 0, 3, TW_LOG_NOW);
  read_all (&seen, reader, 4);
  g_assert_cmpuint (seen.n_said, ==, 3);
  tw_log_writer_free (writer);
  close (fd);
  close (reader);
  unlink (path);
  rmdir (folder);
}

static void
test_too_long (void)
{
  g_autofree char *long_line = g_strnfill (2 * ROOM, 'x');
  TwLogWriter *writer;
  Seen seen = { 0 };
  int ends[2];

  open_pipe (ends, 65536);
  writer = tw_log_writer_new (ends[1], ROOM, say_dropped);
  tw_log_writer_put (writer, long_line, 2 * ROOM, TW_LOG_URGENT);
  put (writer, 0, 1, TW_LOG_NOW);
  read_all (&seen, ends[0], 2);
  g_assert_cmpuint (seen.n_said, ==, 1);
  tw_log_writer_free (writer);
  close (ends[0]);
  close (ends[1]);
}

static void
test_free_writes_the_rest (void)
{
  TwLogWriter *writer;
  Seen seen = { 0 };
  int ends[2];

  open_pipe (ends, 65536);
  writer = tw_log_writer_new (ends[1], ROOM, say_dropped);
  for (guint i = 0; i < 100; i++)
    put (writer, 0, i, TW_LOG_SOON);
  tw_log_writer_free (writer);
  close (ends[1]);
  read_all (&seen, ends[0], 100);
  g_assert_cmpuint (seen.n_lines, ==, 100);
  close (ends[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log-writer/nobody-reads/never-blocks-and-says-what-was-dropped", test_nobody_reads);
  g_test_add_func ("/log-writer/nobody-reads/some-room-is-kept-for-what-is-urgent", test_urgent);
  g_test_add_func ("/log-writer/lines-of-threads-are-whole-and-in-order", test_threads);
  g_test_add_func ("/log-writer/a-write-is-whole-lines-that-a-pipe-does-not-mix", test_writes);
  g_test_add_func ("/log-writer/full-disk/goes-on-when-there-is-room", test_full_disk);
  g_test_add_func ("/log-writer/full-disk/is-not-waited-for-at-the-end", test_full_disk_at_the_end);
  g_test_add_func ("/log-writer/non-blocking-is-waited-for", test_non_blocking);
  g_test_add_func ("/log-writer/reader-goes-and-another-one-comes", test_reader_goes_and_comes);
  g_test_add_func ("/log-writer/line-longer-than-the-room-is-dropped", test_too_long);
  g_test_add_func ("/log-writer/free-writes-the-rest", test_free_writes_the_rest);
  return g_test_run ();
}
