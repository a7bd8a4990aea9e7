/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-password.h"

#include "cheap-passwords.h"
#include "tw-call-context.h"
#include "tw-error.h"

#include <sodium.h>
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
  g_assert_cmpuint (tw_passwords_max_blocked (&TW_PASSWORD_DEFAULT_PARAMS), ==, g_get_num_processors () + 128);
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

/* What was hashed as it was typed, before that was composed. */
static char *
hash_as_typed (const char *password)
{
  char hash[crypto_pwhash_argon2id_STRBYTES];

  g_assert_cmpint (crypto_pwhash_argon2id_str (hash, password, strlen (password), crypto_pwhash_argon2id_OPSLIMIT_MIN,
                                               crypto_pwhash_argon2id_MEMLIMIT_MIN),
                   ==, 0);
  return g_strdup (hash);
}

#define COMPOSED "p\u00e4ssw\u00f6rd"
#define DECOMPOSED "pa\u0308sswo\u0308rd"

static void
test_one_password_however_it_is_typed (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  g_autofree char *of_composed = hash_of (passwords, COMPOSED);
  g_autofree char *of_decomposed = hash_of (passwords, DECOMPOSED);

  g_assert_cmpint (verdict_of (passwords, of_composed, DECOMPOSED), ==, TW_PASSWORD_RIGHT);
  g_assert_cmpint (verdict_of (passwords, of_decomposed, COMPOSED), ==, TW_PASSWORD_RIGHT);
  g_assert_cmpint (verdict_of (passwords, of_decomposed, DECOMPOSED), ==, TW_PASSWORD_RIGHT);
  g_assert_cmpint (verdict_of (passwords, of_composed, "password"), ==, TW_PASSWORD_WRONG);
}

static void
test_hash_of_what_was_typed_before_is_right_and_made_anew (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  g_autofree char *decomposed = hash_as_typed (DECOMPOSED);
  g_autofree char *composed = hash_as_typed (COMPOSED);
  g_autofree char *ideographic = hash_as_typed ("correct\u3000horse");

  g_assert_cmpint (verdict_of (passwords, decomposed, DECOMPOSED), ==, TW_PASSWORD_RIGHT_REHASH);
  g_assert_cmpint (verdict_of (passwords, decomposed, COMPOSED), ==, TW_PASSWORD_RIGHT_REHASH); /* at another keyboard */
  g_assert_cmpint (verdict_of (passwords, decomposed, "p\u00e4sswo\u0308rd"), ==, TW_PASSWORD_RIGHT_REHASH);
  g_assert_cmpint (verdict_of (passwords, decomposed, DECOMPOSED "x"), ==, TW_PASSWORD_WRONG);
  g_assert_cmpint (verdict_of (passwords, decomposed, COMPOSED "x"), ==, TW_PASSWORD_WRONG);
  g_assert_cmpint (verdict_of (passwords, composed, DECOMPOSED), ==, TW_PASSWORD_RIGHT);
  g_assert_cmpint (verdict_of (passwords, ideographic, "correct\u3000horse"), ==, TW_PASSWORD_RIGHT_REHASH);
}

/* Also where it is tried in several forms. */
static void
test_unknown_user_costs_the_same_work_in_each_form (void)
{
  static const char *const typed[] = { "ascii", COMPOSED, DECOMPOSED, "p\u00e4sswo\u0308rd" };
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = new_passwords (&params);
  g_autofree char *hash = hash_of (passwords, "another one");

  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      guint before = password_work_count (&work), of_known;

      g_assert_cmpint (verdict_of (passwords, hash, typed[i]), ==, TW_PASSWORD_WRONG);
      of_known = password_work_count (&work) - before;
      g_assert_cmpint (verdict_of (passwords, NULL, typed[i]), ==, TW_PASSWORD_WRONG);
      g_assert_cmpuint (password_work_count (&work), ==, before + 2 * of_known);
    }
}

static void
test_turns_that_can_not_come_are_unavailable (void)
{
  PasswordWork work = PASSWORD_WORK_INIT;
  TwPasswordParams params = cheap_password_params (&work);
  g_autoptr (TwPasswords) passwords = NULL;
  g_autoptr (GError) full = NULL;
  g_autoptr (GError) late = NULL;

  g_assert_cmpuint (tw_passwords_max_blocked (&params), ==, 3);
  params.max_waiting = 0;
  passwords = new_passwords (&params);
  g_assert_true (tw_passwords_begin (passwords, "a", TW_DEADLINE_NONE, NULL));
  g_assert_false (tw_passwords_begin (passwords, "b", TW_DEADLINE_NONE, &full));
  g_assert_error (full, TW_ERROR, TW_ERROR_UNAVAILABLE);
  tw_passwords_end (passwords);
  g_assert_false (tw_passwords_begin (passwords, "b", 0, &late));
  g_assert_error (late, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_true (tw_passwords_begin (passwords, "b", TW_DEADLINE_NONE, NULL));
  tw_passwords_end (passwords);
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
  g_test_add_func ("/password/one-however-it-is-typed", test_one_password_however_it_is_typed);
  g_test_add_func ("/password/hash-of-what-was-typed-before-is-right-and-made-anew",
                   test_hash_of_what_was_typed_before_is_right_and_made_anew);
  g_test_add_func ("/password/unknown-user-costs-the-same-work-in-each-form",
                   test_unknown_user_costs_the_same_work_in_each_form);
  g_test_add_func ("/password/turns-that-can-not-come-are-unavailable", test_turns_that_can_not_come_are_unavailable);
  return g_test_run ();
}
