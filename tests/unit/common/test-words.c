/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-words.h"

static gboolean
are_in (const char *query, const char *name, const char *notes)
{
  g_autoptr (TwWords) words = tw_words_new (query);
  const char *const texts[] = { name, notes };

  return tw_words_are_in (words, texts, G_N_ELEMENTS (texts));
}

typedef struct
{
  const char *query, *name, *notes;
} Case;

static void
test_found (void)
{
  static const Case CASES[] = {
    { "water", "Water the plants", NULL },
    { "PLA", "Water the plants", NULL },
    { "plants water", "Water the plants", NULL },
    { "wat wat water w", "Water the plants", NULL },
    { "water balcony", "Water the plants", "Those on the balcony" },
    { "balcony", NULL, "Those on the balcony" },
    { "CAFÉ", "cafe", NULL },
    { "cafe", "Zum CAFÉ", NULL },
    { "strasse", "Lange Straße 5", NULL },
    { "Straße", "LANGE STRASSE", NULL },
    { "stra", "Lange Straße 5", NULL },
    { "straß", "Lange Strasse", NULL },
    { "5", "Lange Straße 5", NULL },
    { "don't", "Don't panic", NULL },
    { "semi-detached", "a semi-detached house", NULL },
    { "detached", "a semi-detached house", NULL },
    { "detached", "semi_detached", NULL },
    { "(plants)", "plants", NULL },
    { "c++", "C", NULL },
    { "2", "x ²", NULL },
    { "επ", "Άλλη Έπαυλη", NULL },
    { "моск", "в МОСКВЕ", NULL },
    { "моск", "подмосковье, москва", NULL },
    { "да", "ада да", NULL },
    { "да", "a\u0301да-да", NULL },
    { "ёж", "Еж", NULL },
    { "שלו", "שָׁלוֹם", NULL },
    { "हिन्", "हिन्दी में", NULL },
    { "物", "買い物", NULL },
    { "い物", "買い物", NULL },
    { "カレー", "晩ごはんはｶﾚｰ", NULL },
    { "ไทย", "ภาษาไทย", NULL },
    { "하", "한국", NULL },
    { "🎉", "Party🎉", NULL },
    { "party", "🎉party", NULL },
    { "🎉🎂", "🎂 und 🎉", NULL },
    { "❤", "❤\ufe0f", NULL },
    /* Nothing is asked for. */
    { "", "Water", NULL },
    { " - ", "Water", NULL },
    { "", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    if (!are_in (CASES[i].query, CASES[i].name, CASES[i].notes))
      g_error ("\"%s\" is not found in \"%s\"", CASES[i].query, CASES[i].name);
}

static void
test_not_found (void)
{
  static const Case CASES[] = {
    { "water", NULL, NULL },
    { "water", "", "" },
    { "ater", "Water the plants", NULL },
    { "waters", "Water", NULL },
    { "water cacti", "Water the plants", "on the balcony" },
    { "water plants", "Water", "the implants" },
    { "asse", "Lange Straße", NULL },
    { "sse", "Straße", NULL },
    { "plants", "Wasserpflanzen", NULL },
    { "1", "x21", NULL },
    { "осква", "МОСКВА", NULL },
    { "का", "कि", NULL },
    { "न्दी", "हिन्दी", NULL },
    { "国", "한국", NULL },
    { "🎉", "Party", NULL },
    { "waterthe", "Water the", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    if (are_in (CASES[i].query, CASES[i].name, CASES[i].notes))
      g_error ("\"%s\" is found in \"%s\"", CASES[i].query, CASES[i].name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/found", test_found);
  g_test_add_func ("/words/not-found", test_not_found);
  return g_test_run ();
}
