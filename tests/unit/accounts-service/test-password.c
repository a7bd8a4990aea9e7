/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-password.h"

#include "cheap-passwords.h"
#include "tw-error.h"

#include <string.h>

static TwPasswords *
new_passwords (const TwPasswordParams *params)
{
  g_autoptr (GError) error = NULL;
  TwPasswords *passwords = tw_passwords_new (params, &error);

  g_assert_no_error (error);
  return passwords;
}

static char *
hash_of (TwPasswords *passwords, const char *password)
{
  g_autoptr (GError) error = NULL;
  char *hash = tw_passwords_hash (passwords, password, &error);

  g_assert_no_error (error);
  return hash;
}

static TwPasswordVerdict
verdict_of (TwPasswords *passwords, const char *hash, const char *password)
{
  g_autoptr (GError) error = NULL;
  TwPasswordVerdict verdict;

  g_assert_true (tw_passwords_verify (passwords, hash, password, &verdict, &error));
  g_assert_no_error (error);
  return verdict;
}

static void
test_right_and_wrong (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  g_autofree char *hash = hash_of (passwords, "pässword 🐝");

  g_assert_cmpint (verdict_of (passwords, hash, "pässword 🐝"), ==, TW_PASSWORD_RIGHT);
  g_assert_cmpint (verdict_of (passwords, hash, "pässword"), ==, TW_PASSWORD_WRONG);
  g_assert_cmpint (verdict_of (passwords, hash, "Pässword 🐝"), ==, TW_PASSWORD_WRONG);
  g_assert_cmpint (verdict_of (passwords, hash, ""), ==, TW_PASSWORD_WRONG);
}

static void
test_every_byte_counts (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  g_autofree char *password = g_strnfill (1024, 'x');
  g_autofree char *hash = hash_of (passwords, password);

  g_assert_cmpint (verdict_of (passwords, hash, password), ==, TW_PASSWORD_RIGHT);
  password[1023] = 'y';
  g_assert_cmpint (verdict_of (passwords, hash, password), ==, TW_PASSWORD_WRONG);
}

static void
test_each_hash_has_its_own_salt (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  g_autofree char *one = hash_of (passwords, "the same password");
  g_autofree char *other = hash_of (passwords, "the same password");

  g_assert_cmpstr (one, !=, other);
}

static void
test_defaults_are_argon2id_of_19_mib_in_2_passes (void)
{
  g_autoptr (TwPasswords) passwords = new_passwords (&TW_PASSWORD_DEFAULT_PARAMS);
  g_autofree char *hash = hash_of (passwords, "correct horse battery");

  g_assert_true (g_str_has_prefix (hash, "$argon2id$v=19$m=19456,t=2,p=1$"));
  g_assert_cmpuint (tw_passwords_max_blocked (&TW_PASSWORD_DEFAULT_PARAMS), ==, g_get_num_processors () + 32);
}

static void
test_unknown_user_costs_the_same_work (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  guint before = password_work_count (&work);

  g_assert_cmpint (verdict_of (passwords, NULL, "some password"), ==, TW_PASSWORD_WRONG);
  g_assert_cmpuint (password_work_count (&work), ==, before + 1);
}

static void
test_other_parameters_ask_for_a_new_hash (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  TwPasswordParams more_passes = params, more_memory = params;
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  g_autoptr (TwPasswords) slower = NULL;
  g_autoptr (TwPasswords) larger = NULL;
  g_autofree char *hash = hash_of (passwords, "some password");

  more_passes.opslimit++;
  more_memory.memlimit *= 2;
  slower = new_passwords (&more_passes);
  larger = new_passwords (&more_memory);
  g_assert_cmpint (verdict_of (slower, hash, "some password"), ==, TW_PASSWORD_RIGHT_REHASH);
  g_assert_cmpint (verdict_of (larger, hash, "some password"), ==, TW_PASSWORD_RIGHT_REHASH);
  g_assert_cmpint (verdict_of (slower, hash, "another"), ==, TW_PASSWORD_WRONG);
}

static void
test_text_that_is_no_hash_is_internal (void)
{
  static const char *const texts[]
      = { "", "no hash", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$", "$argon2i$v=19$m=8,t=1,p=1$" };
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      TwPasswordVerdict verdict;

      g_assert_false (tw_passwords_verify (passwords, texts[i], "some password", &verdict, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
    }
}

#define N_CALLERS 6 /* one at work, two waiting, three refused */

typedef struct
{
  TwPasswords *passwords;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  guint n_refused, n_done;
} Crowd;

static void *
call (void *data)
{
  Crowd *crowd = data;
  g_autoptr (GError) error = NULL;
  TwPasswordVerdict verdict;
  gboolean ok = tw_passwords_verify (crowd->passwords, NULL, "some password", &verdict, &error);

  if (!ok)
    g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  pthread_mutex_lock (&crowd->mutex);
  crowd->n_done += ok ? 1 : 0;
  crowd->n_refused += ok ? 0 : 1;
  pthread_cond_signal (&crowd->changed);
  pthread_mutex_unlock (&crowd->mutex);
  return NULL;
}

static void
test_more_than_the_queue_holds_is_unavailable (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  Crowd crowd = { .passwords = passwords, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER };
  pthread_t callers[N_CALLERS];
  guint before = password_work_count (&work);

  g_assert_cmpuint (tw_passwords_max_blocked (&params), ==, 3);
  password_work_hold (&work);
  for (guint i = 0; i < N_CALLERS; i++)
    {
      g_assert_cmpint (pthread_create (&callers[i], NULL, call, &crowd), ==, 0);
      if (i == 0)
        password_work_wait (&work, before + 1);
    }

  pthread_mutex_lock (&crowd.mutex);
  while (crowd.n_refused < 3)
    pthread_cond_wait (&crowd.changed, &crowd.mutex);
  g_assert_cmpuint (crowd.n_done, ==, 0);
  pthread_mutex_unlock (&crowd.mutex);
  password_work_go_on (&work);
  for (guint i = 0; i < N_CALLERS; i++)
    pthread_join (callers[i], NULL);

  g_assert_cmpuint (crowd.n_done, ==, 3);
  g_assert_cmpuint (crowd.n_refused, ==, 3);
  g_assert_cmpuint (password_work_count (&work), ==, before + 3);
  g_assert_cmpint (verdict_of (passwords, NULL, "some password"), ==, TW_PASSWORD_WRONG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/password/right-and-wrong", test_right_and_wrong);
  g_test_add_func ("/password/every-byte-counts", test_every_byte_counts);
  g_test_add_func ("/password/each-hash-has-its-own-salt", test_each_hash_has_its_own_salt);
  g_test_add_func ("/password/defaults-are-argon2id-of-19-mib-in-2-passes",
                   test_defaults_are_argon2id_of_19_mib_in_2_passes);
  g_test_add_func ("/password/unknown-user-costs-the-same-work", test_unknown_user_costs_the_same_work);
  g_test_add_func ("/password/other-parameters-ask-for-a-new-hash", test_other_parameters_ask_for_a_new_hash);
  g_test_add_func ("/password/text-that-is-no-hash-is-internal", test_text_that_is_no_hash_is_internal);
  g_test_add_func ("/password/more-than-the-queue-holds-is-unavailable",
                   test_more_than_the_queue_holds_is_unavailable);
  return g_test_run ();
}
