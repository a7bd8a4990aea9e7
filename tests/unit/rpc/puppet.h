/* SPDX-License-Identifier: Apache-2.0 */

/* A server on strings: it lives on the default context's loop, next to the client that is tested, and answers what and
 * when the test wants. */

#pragma once

#include "tw-wire.h"

G_BEGIN_DECLS

typedef struct _Puppet Puppet;

/* Listens on a free port of 127.0.0.1, which is its own until it is freed. */
Puppet *puppet_new (void);

/* Away: its connections are closed, and new ones are refused until it is back. */
void puppet_set_away (Puppet *puppet, gboolean away);

/* Closes all its sockets. */
void puppet_free (Puppet *puppet);

guint16 puppet_port (const Puppet *puppet);

/* Answers each call at once, with a reply that holds its arguments. Otherwise calls are kept. */
void puppet_set_echo (Puppet *puppet, gboolean echo);

/* Closes each connection when a call comes, @n times. */
void puppet_set_closing (Puppet *puppet, guint n);

/* Calls that are kept, from 0 in the order in which they came. */
guint puppet_n_kept (const Puppet *puppet);

/* Answers a call that is kept with its own arguments. Its place stays. */
void puppet_answer (Puppet *puppet, guint index);

/* Answers the first @n of them, all of one connection, with one write. */
void puppet_answer_together (Puppet *puppet, guint n);

/* Sends bytes to where a call that is kept came from. */
void puppet_send (Puppet *puppet, guint index, const void *bytes, gsize length);

gint32 puppet_sequence_id (const Puppet *puppet, guint index);

/* The arguments of a call that is kept. */
const guint8 *puppet_arguments (const Puppet *puppet, guint index, gsize *length);

/* Closes all connections. */
void puppet_hang_up (Puppet *puppet);

/* What it has seen so far. */
guint puppet_n_calls (const Puppet *puppet);
guint puppet_n_accepted (const Puppet *puppet);
guint puppet_n_connected (const Puppet *puppet); /* of those, the ones that are still open */
guint puppet_most_calls_in_a_read (const Puppet *puppet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Puppet, puppet_free)

G_END_DECLS
