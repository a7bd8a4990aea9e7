/* SPDX-License-Identifier: Apache-2.0 */

/* Passwords: argon2id (RFC 9106, by libsodium), a few at a time.
 *
 * A hash costs some 30 ms of a core and its memory, by design. So no more run at once than there are places, whoever
 * comes waits for one (tw-fair-queue.h) no longer than somebody waits for the answer, and those who come from one
 * address hold up those from another for the time of one password: a storm of logins costs the rest of the service neither
 * memory nor time, and other people no login.
 *
 * Passwords are compared as RFC 8265 says (tw-password-text.h); one whose hash was made of what was typed before that
 * was so is right, too, whether its characters came composed or decomposed then and come so now. That takes a hash more
 * for each form that differs, three at most. All functions are thread-safe.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwPasswords TwPasswords;

typedef struct
{
  unsigned long long opslimit; /* passes */
  gsize memlimit;              /* bytes */
  guint places;                /* hashes at a time; 0: as many as there are cores */
  guint max_waiting;
  void (*started) (gpointer user_data); /* called before each hash, or NULL: for tests */
  gpointer user_data;
} TwPasswordParams;

/* OWASP's minimum for argon2id, 2 passes over 19 MiB (https://cheatsheetseries.owasp.org, "Password Storage"); a place
 * a core; 128 waiting. */
extern const TwPasswordParams TW_PASSWORD_DEFAULT_PARAMS;

/* The most threads that can be between tw_passwords_begin() and tw_passwords_end() at one time with @params, or wait
 * for it. Whoever calls from a pool of threads gives it more than that, and the others never wait for a password. */
guint tw_passwords_max_blocked (const TwPasswordParams *params);

/* Hashes once to have what unknown users are verified against. Fails with UNAVAILABLE (no memory) or INTERNAL. */
TwPasswords *tw_passwords_new (const TwPasswordParams *params, GError **error);

/* No call may be running. */
void tw_passwords_free (TwPasswords *passwords);

/* Waits for the turn of somebody who comes from @origin, until @deadline_ms of the monotonic clock, and never for
 * longer than TW_PASSWORD_MAX_WAIT_MS. FALSE with UNAVAILABLE; after TRUE, tw_passwords_end(). */
#define TW_PASSWORD_MAX_WAIT_MS 4000
gboolean tw_passwords_begin (TwPasswords *passwords, const char *origin, gint64 deadline_ms,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void tw_passwords_end (TwPasswords *passwords);

/* While it is one's turn: the hash of @password with a new salt, with its parameters, as text; free with g_free(). NULL
 * with UNAVAILABLE. */
char *tw_passwords_hash (TwPasswords *passwords, const char *password, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  TW_PASSWORD_WRONG,
  TW_PASSWORD_RIGHT,
  TW_PASSWORD_RIGHT_REHASH, /* right, but a hash that was made today would be another */
} TwPasswordVerdict;

/* While it is one's turn: whether @hash is @password's. A NULL @hash, of a user who is not there, is always WRONG and
 * takes as much work as any other. Fails with UNAVAILABLE, or INTERNAL where @hash is none. */
gboolean tw_passwords_verify (TwPasswords *passwords, const char *hash, const char *password,
                              TwPasswordVerdict *verdict, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwPasswords, tw_passwords_free)

G_END_DECLS
