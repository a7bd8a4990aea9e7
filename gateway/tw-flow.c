/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-flow.h"

#include <string.h>

/* What may be written before the first byte is read, and not be taken yet. */
#define MAX_PIECES 2

typedef enum
{
  FLOW_NEW,   /* nobody reads it yet */
  FLOW_FLOWS, /* libmicrohttpd asks when it can send more */
  FLOW_RESTS, /* its connection is suspended */
  FLOW_ENDS,  /* behind what is there, there is no more */
} FlowState;

struct _TwFlow
{
  const TwFlowWriter *writer;
  gpointer user_data;
  FlowState state;
  guint n; /* pieces */
  GBytes *pieces[MAX_PIECES];
  gsize taken; /* of the first */
  struct MHD_Connection *mhd; /* NULL: nobody reads it */
  struct MHD_Response *response; /* NULL: it has no headers any more */
  void (*moved) (gboolean rests, gpointer user_data);
  gpointer moved_data;
};

TwFlow *
tw_flow_new (const TwFlowWriter *writer, gpointer user_data)
{
  TwFlow *flow = g_new0 (TwFlow, 1);

  flow->writer = writer;
  flow->user_data = user_data;
  return flow;
}

static void
drop_first (TwFlow *flow)
{
  g_bytes_unref (flow->pieces[0]);
  flow->n--;
  memmove (flow->pieces, flow->pieces + 1, flow->n * sizeof *flow->pieces);
  flow->taken = 0;
}

void
tw_flow_free (TwFlow *flow)
{
  while (flow->n > 0)
    drop_first (flow);
  flow->writer->gone (flow->user_data);
  g_free (flow);
}

gboolean
tw_flow_rests (const TwFlow *flow)
{
  return flow->state == FLOW_RESTS;
}

/* Has the connection read on. */
static void
wake (TwFlow *flow)
{
  if (flow->state != FLOW_RESTS)
    return;
  flow->state = FLOW_FLOWS;
  MHD_resume_connection (flow->mhd);
  flow->moved (FALSE, flow->moved_data);
}

void
tw_flow_write (TwFlow *flow, GBytes *bytes)
{
  g_return_if_fail (flow->n < MAX_PIECES && flow->state != FLOW_ENDS);
  flow->pieces[flow->n++] = g_bytes_ref (bytes);
  wake (flow);
}

void
tw_flow_end (TwFlow *flow)
{
  wake (flow);
  flow->state = FLOW_ENDS;
}

void
tw_flow_start (TwFlow *flow, struct MHD_Connection *mhd, void (*moved) (gboolean rests, gpointer user_data),
               gpointer user_data)
{
  flow->mhd = mhd;
  flow->moved = moved;
  flow->moved_data = user_data;
  if (flow->state == FLOW_NEW)
    flow->state = FLOW_FLOWS;
}

void
tw_flow_set_response (TwFlow *flow, struct MHD_Response *response)
{
  flow->response = response;
}

typedef struct
{
  const char *name, *value;
} Header;

static enum MHD_Result
take_first (void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  *(Header *) data = (Header) { name, value };
  return MHD_NO;
}

/* They have been sent when the body is asked for, and would take a kilobyte for as long as it goes on. */
static void
drop_headers (TwFlow *flow)
{
  struct MHD_Response *response = g_steal_pointer (&flow->response);
  Header first = { NULL, NULL };

  while (response != NULL && MHD_get_response_headers (response, take_first, &first) > 0
         && MHD_del_response_header (response, first.name, first.value) == MHD_YES)
    continue;
}

void
tw_flow_leave (TwFlow *flow)
{
  flow->writer->left (flow->user_data);
}

static gsize
copy_first (TwFlow *flow, char *out, gsize max)
{
  gsize size;
  const char *data = g_bytes_get_data (flow->pieces[0], &size);
  const gsize n = MIN (max, size - flow->taken);

  memcpy (out, data + flow->taken, n);
  flow->taken += n;
  if (flow->taken == size)
    drop_first (flow);
  return n;
}

/* The bytes before have been handed to the kernel by the time that this is called again. */
ssize_t
tw_flow_read (void *data, uint64_t position, char *out, size_t max)
{
  TwFlow *flow = data;
  gsize n = 0;

  drop_headers (flow);
  if (flow->n == 0 && flow->state == FLOW_FLOWS)
    flow->writer->taken (flow->user_data);
  while (flow->n > 0 && n < max)
    n += copy_first (flow, out + n, max - n);
  if (n == 0 && flow->state == FLOW_FLOWS)
    {
      flow->state = FLOW_RESTS;
      MHD_suspend_connection (flow->mhd);
      flow->moved (TRUE, flow->moved_data);
      return 0;
    }
  flow->moved (FALSE, flow->moved_data);
  return n > 0 ? (ssize_t) n : MHD_CONTENT_READER_END_OF_STREAM;
}
