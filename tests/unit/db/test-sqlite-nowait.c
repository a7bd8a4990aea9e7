/* SPDX-License-Identifier: Apache-2.0 */

/* Reads that never wait: what the kernel here does, and what becomes of the reads where one does otherwise. */

#include "tw-error.h"
#include "tw-sqlite.h"
#include "tw-temporary-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* How preadv2() is answered in this process. */
typedef enum
{
  AS_IT_IS,
  REFUSED, /* as by a file system that can't */
  MISSED,  /* as if nothing were in memory, ever */
  WAITED,  /* as by one that does not care */
} Kernel;

static atomic_int kernel = AS_IT_IS;
static atomic_int asked;

static ssize_t
read_really (int fd, const struct iovec *parts, int n, off_t offset, int flags)
{
  return syscall (SYS_preadv2, fd, parts, (long) n, (long) offset, 0L, flags);
}

/* In the place of the C library's. */
ssize_t
preadv2 (int fd, const struct iovec *parts, int n, off_t offset, int flags)
{
  asked++;
  switch ((Kernel) kernel)
    {
    case REFUSED:
      errno = EOPNOTSUPP;
      return -1;
    case MISSED:
      errno = EAGAIN;
      return -1;
    case WAITED:
      poll (NULL, 0, 1);
      return read_really (fd, parts, n, offset, 0);
    case AS_IT_IS:
    default:
      return read_really (fd, parts, n, offset, flags);
    }
}

static TwSqlite *
open_in (const char *folder)
{
  const TwSqliteMigration migration = "CREATE TABLE things (id INTEGER PRIMARY KEY);"
                                      "INSERT INTO things VALUES (1), (2), (3)";
  g_autofree char *path = g_build_filename (folder, "x.db", NULL);
  g_autoptr (GError) error = NULL;
  TwSqlite *db = tw_sqlite_open (path, 7, &migration, 1, 2, &error);

  g_assert_no_error (error);
  return db;
}

/* Asks for the number of things, of the files themselves: what the connection has kept of them is dropped. */
static int
count_things (TwSqlite *db, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, error);
  int n = -1;

  sqlite3_db_release_memory (tw_sqlite_handle (reader));
  {
    g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (reader, "SELECT count(*) FROM things", error);

    if (statement != NULL && tw_sqlite_step (reader, statement, error) == SQLITE_ROW)
      n = sqlite3_column_int (statement, 0);
  }
  tw_sqlite_reader_return (db, reader);
  return n;
}

/* Reads at once until that is given up, @at_most so often. Returns how often it did. */
static guint
read_until_given_up (TwSqlite *db, guint at_most)
{
  guint n = 0;

  while (n < at_most && tw_sqlite_reads_begin (db, TRUE))
    {
      g_autoptr (GError) error = NULL;

      if (count_things (db, &error) != 3)
        g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      tw_sqlite_reads_end (db);
      n++;
    }
  return n;
}

typedef struct
{
  const char *name;
  Kernel kernel;
  guint at_least, at_most; /* reads until it is given up */
  const char *warning;
} Case;

static const Case cases[] = {
  { "/sqlite-nowait/refused", REFUSED, 1, 1, "*level=warning*can't be read without waiting*: Operation not supported*" },
  { "/sqlite-nowait/missed", MISSED, 2, 256, "*level=warning*can't be read without waiting*gives nothing in this way*" },
  { "/sqlite-nowait/waited", WAITED, 2, 256, "*level=warning*can't be read without waiting*waits all the same*" },
};

/* All is served then, by who may wait. */
static void
test_given_up (gconstpointer data)
{
  const Case *test = data;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (test->name, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr (test->warning);
      g_test_trap_assert_stderr_unmatched ("*can't be read*can't be read*");
      return;
    }
  {
    TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
    g_autoptr (TwSqlite) db = open_in (folder);
    guint n;

    kernel = test->kernel;
    n = read_until_given_up (db, 2 * test->at_most);
    g_assert_cmpuint (n, >=, test->at_least);
    g_assert_cmpuint (n, <=, test->at_most);
    asked = 0;
    for (guint i = 0; i < 3; i++)
      g_assert_cmpint (count_things (db, NULL), ==, 3);
    g_assert_cmpint (asked, ==, 0);
  }
}

/* A few that wait, or are missed, among many are nothing. */
static void
test_kept (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autoptr (TwSqlite) db = open_in (folder);

  if (read_until_given_up (db, 512) < 512)
    {
      g_test_message ("the file system here reads nothing without waiting");
      g_assert_false (tw_sqlite_reads_begin (db, TRUE));
      g_assert_cmpint (count_things (db, NULL), ==, 3);
      return;
    }
  for (guint round = 0; round < 4; round++)
    {
      kernel = round % 2 == 0 ? WAITED : MISSED;
      g_assert_cmpuint (read_until_given_up (db, 16), ==, 16);
      kernel = AS_IT_IS;
      g_assert_cmpuint (read_until_given_up (db, 512), ==, 512);
    }
}

static void
test_plain (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autoptr (TwSqlite) db = open_in (folder);

  tw_sqlite_be_plain (db, TW_PLAIN_NOWAIT);
  asked = 0;
  g_assert_false (tw_sqlite_reads_begin (db, TRUE));
  g_assert_false (tw_sqlite_reads_begin (db, FALSE));
  g_assert_cmpint (count_things (db, NULL), ==, 3);
  g_assert_cmpint (asked, ==, 0);
}

/* The kernel and the file system here */

enum
{
  PAGE = 4096,
  PAGES = 32,
  APART = 64, /* pages: more than is read ahead */
};

/* A file of which nothing is in the kernel's memory, as far as it can be told so. */
static int
open_cold_file (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "cold", NULL);
  g_autofree char *bytes = g_malloc (PAGE * PAGES * APART);
  int fd;

  memset (bytes, 'x', PAGE * PAGES * APART);
  g_assert_true (g_file_set_contents (path, bytes, PAGE * PAGES * APART, NULL));
  fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fdatasync (fd), ==, 0);
  g_assert_cmpint (posix_fadvise (fd, 0, 0, POSIX_FADV_RANDOM), ==, 0);
  g_assert_cmpint (posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED), ==, 0);
  return fd;
}

static glong
count_waits (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_THREAD, &usage), ==, 0);
  return usage.ru_nvcsw;
}

/* How many of the file's pages, each far from the others, the thread has to wait for. */
static guint
count_pages_waited_for (int fd, int flags, guint *n_missed)
{
  char bytes[PAGE] = { 0 };
  const struct iovec part = { bytes, sizeof bytes };
  guint waited = 0;

  *n_missed = 0;
  for (guint i = 0; i < PAGES; i++)
    {
      const glong before = count_waits ();
      const ssize_t got = read_really (fd, &part, 1, (off_t) i * APART * PAGE, flags);
      const int failure = errno;

      waited += count_waits () > before;
      *n_missed += got < 0;
      g_assert_true (got == PAGE || (got < 0 && (failure == EAGAIN || failure == EOPNOTSUPP)));
    }
  return waited;
}

/* What is not in memory fails rather than waits, or comes all the same because the disk was that fast, or is refused; and
 * what is in memory comes. Which of the pages are not is the kernel's affair. */
static void
test_kernel (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  guint missed, waited, cold;
  int fd = open_cold_file (folder);

  waited = count_pages_waited_for (fd, RWF_NOWAIT, &missed);
  g_test_message ("without waiting: %u of %u pages missed, %u waited for", missed, (guint) PAGES, waited);
  g_assert_cmpuint (waited, <, PAGES / 2);
  close (fd);

  fd = open_cold_file (folder);
  cold = count_pages_waited_for (fd, 0, &missed);
  g_test_message ("waiting: %u of %u pages waited for", cold, (guint) PAGES);
  g_assert_cmpuint (missed, ==, 0);
  waited = count_pages_waited_for (fd, RWF_NOWAIT, &missed);
  g_test_message ("again, without waiting: %u of %u pages missed", missed, (guint) PAGES);
  g_assert_cmpuint (waited, <, PAGES / 2);
  g_assert_true (missed == PAGES || missed < PAGES / 2);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].name, &cases[i], test_given_up);
  g_test_add_func ("/sqlite-nowait/some-that-wait-are-nothing", test_kept);
  g_test_add_func ("/sqlite-nowait/the-plain-way-does-not-ask", test_plain);
  g_test_add_func ("/sqlite-nowait/the-kernel-does-not-wait", test_kernel);
  return g_test_run ();
}
