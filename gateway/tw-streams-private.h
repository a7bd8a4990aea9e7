/* SPDX-License-Identifier: Apache-2.0 */

/* What the files of streams share: tw-streams.c has those of a worker and their times, tw-stream.c is about one,
 * tw-stream-asks.c asks for them. */

#pragma once

#include "tw-stream-state.h"
#include "tw-stream-values.h"
#include "tw-streams.h"

G_BEGIN_DECLS

typedef struct _TwStream TwStream;
typedef struct _TwStreamGroup TwStreamGroup;
typedef struct _TwStreamAsk TwStreamAsk;

#define TW_STREAM_TICK_MS 250
#define TW_STREAM_SLOTS 64
#define TW_STREAM_COMMENT_MS 15000
#define TW_STREAM_SWEEP_MS 5000
#define TW_STREAM_RETRY_MS 1000    /* of what failed although hints are heard */
#define TW_STREAM_PATIENCE_MS 1000 /* of a request, for its first answer, until it gets its head */

/* Why something is asked for. */
typedef enum
{
  TW_STREAM_SOON,  /* somebody has changed something, and somebody looks at it */
  TW_STREAM_LATER, /* the rest of what is long, what opens, and what may be */
  TW_STREAM_N_RANKS,
} TwStreamRank;

/* One call, and whom its answer is for. */
typedef enum
{
  TW_STREAM_ASK_WAITS, /* until there may be one more */
  TW_STREAM_ASK_SENT,
  TW_STREAM_ASK_ANSWERED,
} TwStreamAskState;

struct _TwStreamAsk
{
  TwStreams *streams;
  TwStreamGroup *group;
  TwStreamAskState state;
  TwStreamRank rank;
  GList link, group_link;
  char *token;   /* a GRefString; NULL: none */
  guint64 heard; /* of its group, when it was sent */
  gint64 sent_ms;
  GQueue members; /* of TwStream */
};

/* A service whose methods have streams here. */
typedef struct
{
  const TwService *service;
  guint n;       /* streams */
  gboolean down; /* hints are not heard */
} TwStreamSource;

/* Streams of one user that get the same answers behind the same token. */
struct _TwStreamGroup
{
  GBytes *identity; /* the method, and its arguments but for the token */
  const TwMethod *method;
  TwStreamValues *values;
  char *user;
  guint64 heard;  /* how many hints */
  GQueue streams; /* of TwStream */
  GQueue asks;    /* of TwStreamAsk */
};

struct _TwStreams
{
  TwStreamsSpec spec;
  GMainContext *context;
  gboolean stopped;
  GQueue all;           /* of TwStream */
  GHashTable *groups;   /* identity to TwStreamGroup */
  GHashTable *users;    /* name to GPtrArray of TwStreamGroup */
  GArray *sources;      /* of TwStreamSource */
  GQueue asks[TW_STREAM_N_RANKS]; /* that wait */
  guint n_asked;        /* calls under way */
  guint n_asked_later;  /* of these, of the second queue */
  guint n_soon;         /* taken in a row from the first of these queues */
  gsize *unread;        /* bytes of events that some connection has not taken; shared with them */
  GSource *dispatch;    /* set while it is to run at the loop's next turn */
  GSource *tick;        /* set while there is a stream */
  GQueue slots[TW_STREAM_SLOTS]; /* of TwStream, by when they are looked at next */
  guint64 turn;         /* ticks so far: the slot that comes next */
  guint revocations;    /* how many there had been when sessions were looked at last */
  GBytes *comment;
};

struct _TwStream
{
  TwStreams *streams;
  TwStreamGroup *group;
  TwStreamState state;
  GList link, group_link, ask_link, slot_link;
  int slot; /* -1: none */
  TwStreamAsk *ask;   /* DUE, ASKING, and OPENING */
  TwRequest *request; /* OPENING */
  gboolean head_alone; /* it is a HEAD */
  TwFlow *flow;       /* from then on */
  TwClaims *claims;
  char *token;        /* a GRefString; NULL: none */
  gboolean more;      /* there is more behind it already */
  gboolean last;      /* its client has ended what it sends: it ends as soon as it is idle */
  gint64 answered_ms; /* when what its token is of was asked for; 0: it has had no answer */
  guint64 heard;      /* of its group, by then */
  GBytes *held;       /* HOLDING */
  gint64 comment_ms, ask_ms, head_ms, end_ms; /* when; G_MAXINT64: never */
};

/* What an ask has brought. */
typedef enum
{
  TW_STREAM_ANSWER_NEWS,    /* @event is what is new */
  TW_STREAM_ANSWER_NOTHING, /* the same, and nobody has to hear of it again */
  TW_STREAM_ANSWER_REFETCH, /* the token is no longer good */
  TW_STREAM_ANSWER_REFUSED, /* @status: and it will be so again */
  TW_STREAM_ANSWER_FAILED,  /* it can be asked again */
} TwStreamAnswerKind;

typedef struct
{
  TwStreamAnswerKind kind;
  GBytes *event;
  char *token; /* a GRefString */
  gboolean more;
  guint64 heard;
  gint64 asked_ms;
  guint status;
  /* For a request that waits for its head; NULL: it is none that says why. */
  const TwClientReply *reply;
} TwStreamAnswer;

/* --- tw-stream.c --- */

void tw_stream_move (TwStream *stream, TwStreamState state);
void tw_stream_take_answer (TwStream *stream, const TwStreamAnswer *answer);
void tw_stream_end (TwStream *stream);
void tw_stream_refuse (TwStream *stream, TwResponse *response); /* OPENING */
void tw_stream_meet_times (TwStream *stream, gint64 now_ms);
TwStream *tw_stream_new (TwStreams *streams, TwStreamGroup *group, TwRequest *request, TwClaims *claims, const char *token);

/* --- tw-stream-asks.c --- */

/* The group that asks for @values; it is freed with the last of its streams and asks. */
TwStreamGroup *tw_stream_group_get (TwStreams *streams, const TwRoute *route, const TwRequest *request,
                                    const TwClaims *claims);
void tw_stream_group_release (TwStreams *streams, TwStreamGroup *group);

/* Has @stream asked for, with others at its token. */
void tw_stream_ask (TwStream *stream, TwStreamRank rank);

/* It no longer waits for an answer. */
void tw_stream_unask (TwStream *stream);

/* Has all that is idle of @group asked for, by one call. */
void tw_stream_group_ask (TwStreams *streams, TwStreamGroup *group, TwStreamRank rank);

/* Makes calls as far as there may be more. */
void tw_stream_asks_go (TwStreams *streams);

/* An event that is counted while anybody holds it. */
GBytes *tw_stream_count_event (TwStreams *streams, GBytes *event);

/* --- tw-streams.c --- */

TwStreamSource *tw_streams_source (TwStreams *streams, const TwService *service);

/* Has it looked at when the first of its times comes. */
void tw_streams_schedule (TwStream *stream);

/* It is gone. */
void tw_streams_forget (TwStream *stream);

gint64 tw_streams_now_ms (void);

G_END_DECLS
