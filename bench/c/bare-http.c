/* SPDX-License-Identifier: Apache-2.0 */

/* bare-http PORT PATH=FILE...: how fast HTTP/1.1 can be here at all. libmicrohttpd as the gateway uses it (epoll, one
 * daemon a processor on a port that they share), answering every GET with bytes that were read at the start. A PATH
 * that ends in '/' stands for everything below it, so that the script that loads the gateway can load this too.
 *
 * Prints one line of JSON when it listens; SIGTERM or SIGINT ends it. libmicrohttpd's own threads run the daemons: one
 * loop of ours around each was no faster. */

#include "tw-output.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  const char *path;
  size_t path_length;
  gboolean below; /* the path and all that begins with it */
  struct MHD_Response *response;
} Page;

typedef struct
{
  Page *pages;
  int n_pages;
  struct MHD_Response *none;
} Site;

static void
die (const char *what, const char *why)
{
  g_printerr ("bare-http: %s: %s\n", what, why);
  exit (1);
}

static struct MHD_Response *
response_for (const Site *site, const char *method, const char *path)
{
  if (strcmp (method, MHD_HTTP_METHOD_GET) != 0)
    return site->none;
  for (int i = 0; i < site->n_pages; i++)
    {
      const Page *page = &site->pages[i];

      if (page->below ? strncmp (path, page->path, page->path_length) == 0 : strcmp (path, page->path) == 0)
        return page->response;
    }
  return site->none;
}

static enum MHD_Result
on_request (void *user_data, struct MHD_Connection *connection, const char *path, const char *method,
            const char *version, const char *body, size_t *body_size, void **state)
{
  const Site *site = user_data;
  struct MHD_Response *response;

  /* First comes the head alone, then each piece of the body, then the end of it all. */
  if (*state == NULL)
    {
      *state = user_data;
      return MHD_YES;
    }
  if (*body_size > 0)
    {
      *body_size = 0;
      return MHD_YES;
    }
  response = response_for (site, method, path);
  return MHD_queue_response (connection, response == site->none ? MHD_HTTP_NOT_FOUND : MHD_HTTP_OK, response);
}

static Page
page_new (char *argument)
{
  g_autoptr (GError) error = NULL;
  char *file = strchr (argument, '=');
  char *bytes;
  gsize length;
  Page page;

  if (argument[0] != '/' || file == NULL)
    die (argument, "is not PATH=FILE");
  *file++ = '\0';
  if (!g_file_get_contents (file, &bytes, &length, &error))
    die (file, error->message);
  page = (Page) {
    .path = argument,
    .path_length = strlen (argument),
    .below = g_str_has_suffix (argument, "/"),
    .response = MHD_create_response_from_buffer (length, bytes, MHD_RESPMEM_MUST_FREE),
  };
  MHD_add_response_header (page.response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
  return page;
}

static struct MHD_Daemon *
daemon_new (guint16 port, Site *site)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons (port),
    .sin_addr = { htonl (INADDR_LOOPBACK) },
  };
  struct MHD_Daemon *daemon = MHD_start_daemon (
      MHD_USE_EPOLL_INTERNAL_THREAD, port, NULL, NULL, on_request, site,
      MHD_OPTION_SOCK_ADDR, &address,
      MHD_OPTION_LISTENING_ADDRESS_REUSE, 1,
      MHD_OPTION_CONNECTION_LIMIT, 8192,
      MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
      MHD_OPTION_END);

  if (daemon == NULL)
    die ("it can't listen", g_strerror (errno));
  return daemon;
}

int
main (int argc, char **argv)
{
  guint n = g_get_num_processors ();
  g_autofree struct MHD_Daemon **daemons = g_new (struct MHD_Daemon *, n);
  Site site = { .pages = g_new (Page, argc), .n_pages = argc - 2 };
  guint64 port;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  sigset_t ends;
  int which;

  tw_output_init ();
  if (argc < 3 || !g_ascii_string_to_unsigned (argv[1], 10, 1, G_MAXUINT16, &port, NULL))
    die ("usage", "bare-http PORT PATH=FILE...");
  for (int i = 0; i < site.n_pages; i++)
    site.pages[i] = page_new (argv[i + 2]);
  site.none = MHD_create_response_from_buffer (0, NULL, MHD_RESPMEM_PERSISTENT);

  /* Before the first thread, which would otherwise get the signal. */
  signal (SIGPIPE, SIG_IGN);
  sigemptyset (&ends);
  sigaddset (&ends, SIGTERM);
  sigaddset (&ends, SIGINT);
  sigprocmask (SIG_BLOCK, &ends, NULL);
  for (guint i = 0; i < n; i++)
    daemons[i] = daemon_new ((guint16) port, &site);
  line = g_strdup_printf ("{\"program\": \"bare-http\", \"port\": %d, \"daemons\": %u}\n", (int) port, n);
  if (!tw_output_print (line, &error))
    die ("it can't say that it is ready", error->message);
  sigwait (&ends, &which);

  for (guint i = 0; i < n; i++)
    MHD_stop_daemon (daemons[i]);
  for (int i = 0; i < site.n_pages; i++)
    MHD_destroy_response (site.pages[i].response);
  MHD_destroy_response (site.none);
  g_free (site.pages);
  return 0;
}
