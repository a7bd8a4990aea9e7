/* SPDX-License-Identifier: Apache-2.0 */

/* Passwords: argon2id (RFC 9106, by libsodium) in a bounded pool of threads.
 *
 * A hash costs some 30 ms of a core and its memory, by design. So no more run at once than there are threads, no more
 * wait than the queue holds, and what is beyond that is refused with UNAVAILABLE at once: a storm of logins costs the
 * rest of the service neither memory nor time. All functions are thread-safe and, but for new and free, block their
 * thread until a thread of the pool has done the work.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwPasswords TwPasswords;

typedef struct
{
  unsigned long long opslimit; /* passes */
  gsize memlimit;              /* bytes */
  guint threads;               /* 0: as many as there are cores */
  guint max_queued;
  void (*started) (gpointer user_data); /* called in the pool before each piece of work, or NULL: for tests */
  gpointer user_data;
} TwPasswordParams;

/* OWASP's minimum for argon2id, 2 passes over 19 MiB (https://cheatsheetseries.owasp.org, "Password Storage"); a thread
 * a core; 32 waiting. */
extern const TwPasswordParams TW_PASSWORD_DEFAULT_PARAMS;

/* The most calls of tw_passwords_hash() and tw_passwords_verify() that can block at one time with @params. Whoever
 * calls from a pool of threads gives it more than that, and the others never wait for a password. */
guint tw_passwords_max_blocked (const TwPasswordParams *params);

/* Starts the pool, and hashes once to have what unknown users are verified against. Fails with UNAVAILABLE (no memory)
 * or INTERNAL. */
TwPasswords *tw_passwords_new (const TwPasswordParams *params, GError **error);

/* Ends the pool. No call may be blocked in it. */
void tw_passwords_free (TwPasswords *passwords);

/* The hash of @password with a new salt, with its parameters, as text; free with g_free(). NULL with UNAVAILABLE. */
char *tw_passwords_hash (TwPasswords *passwords, const char *password, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  TW_PASSWORD_WRONG,
  TW_PASSWORD_RIGHT,
  TW_PASSWORD_RIGHT_REHASH, /* right, and its hash was made with other parameters than today's */
} TwPasswordVerdict;

/* Whether @hash is @password's. A NULL @hash, of a user who is not there, is always WRONG and takes as much work as
 * any other. Fails with UNAVAILABLE, or INTERNAL where @hash is none. */
gboolean tw_passwords_verify (TwPasswords *passwords, const char *hash, const char *password,
                              TwPasswordVerdict *verdict, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwPasswords, tw_passwords_free)

G_END_DECLS
